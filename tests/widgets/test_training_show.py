"""The training that the page computes, against nnlib: its JavaScript is run by node or Chromium."""

import base64
import io
import itertools
import json

import numpy as np
import pytest
import traitlets
from PIL import Image

from nnlib import nn, optim
from nnlib.widgets import watch_training
from nnlib.widgets.base.javascript import HERE
from nnlib.widgets.training_show import DATA, TrainingShow
from tests.widgets.javascript import runner

SCRIPT = HERE / "training_model.js"
ACTIVATIONS = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "ReLU": nn.ReLU}
STEPS = 60


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return runner(SCRIPT, tmp_path_factory.mktemp("javascript"), "show")


def trained(run, settings, steps=STEPS):
    """What the page makes of these settings: initial weights, points, losses, last weights."""
    return run(
        "(() => {"
        f"const run = show.makeRun({json.dumps(settings)});"
        "const plain = () => run.layers.flatMap(({ W, b }) => [[...W], [...b]]);"
        "const first = plain();"
        f"for (let k = 0; k < {steps}; k++) show.step(run);"
        "return { x: run.x, y: run.y, first, last: plain(), losses: run.losses,"
        " diverged: run.diverged, accuracy: show.accuracy(run), words: show.describe(run) };"
        "})()"
    )


def network(page, settings):
    """nnlib's network with the page's initial weights, float64."""
    layers, width = [], 2
    for out in [settings["units"]] * settings["layers"]:
        layers += [nn.Linear(width, out), ACTIVATIONS[settings["activation"]]()]
        width = out
    model = nn.Sequential(*layers, nn.Linear(width, 1)).to(np.float64)
    for parameter, numbers in zip(model.parameters(), page["first"], strict=True):
        parameter.data[...] = np.reshape(numbers, parameter.shape)
    return model


SETTINGS = [
    {"data": data, "layers": layers, "units": 5, "activation": activation}
    | {"optimizer": optimizer, "lr": lr, "seed": 3}
    for data, (layers, activation), (optimizer, lr) in itertools.product(
        DATA,
        [(0, "tanh"), (1, "sigmoid"), (1, "ReLU"), (2, "tanh")],
        [("SGD", 0.3), ("Adam", 0.03)],
    )
]


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda s: "-".join(map(str, s.values())))
def test_the_page_trains_as_nnlib_does(run, settings):
    page = trained(run, settings)
    model, loss_fn = network(page, settings), nn.BCEWithLogitsLoss()
    x, y = np.array(page["x"]), np.array(page["y"], float)[:, None]
    optimizer = {"SGD": optim.SGD, "Adam": optim.Adam}[settings["optimizer"]](
        model.parameters(), lr=settings["lr"]
    )
    losses = [loss_fn(model(x), y)]
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss_fn(model(x), y)
        model.backward(loss_fn.backward())
        optimizer.step()
        losses.append(loss_fn(model(x), y))
    np.testing.assert_allclose(page["losses"], losses, rtol=1e-9)
    for parameter, numbers in zip(model.parameters(), page["last"], strict=True):
        np.testing.assert_allclose(parameter.data.ravel(), numbers, rtol=1e-8, atol=1e-9)
    assert page["accuracy"] == np.mean((model(x) > 0) == (y == 1))


def test_its_presets_show_what_they_promise(run):
    presets = run("show.PRESETS")
    ends = {name: trained(run, chosen | {"seed": 0}, 1500) for name, chosen in presets.items()}
    assert ends["XOR"]["accuracy"] == 1
    assert ends["Spirals"]["accuracy"] > 0.95
    assert ends["Too few units"]["accuracy"] < 0.9
    assert "units are dead" in ends["Rate too large"]["words"]
    assert not any("dead" in ends[name]["words"] for name in presets if name != "Rate too large")


def test_numbers_drawn_in_the_page_are_uniform_and_the_points_have_both_classes(run):
    drawn = np.array(run("(d => Array.from({ length: 4000 }, d))(show.uniform(7))"))
    assert 0 <= drawn.min() < 0.01
    assert 0.99 < drawn.max() < 1
    assert abs(drawn.mean() - 0.5) < 0.02
    assert abs(drawn.std() - np.sqrt(1 / 12)) < 0.01
    for data in DATA:
        page = trained(run, SETTINGS[0] | {"data": data}, 0)
        assert np.mean(page["y"]) == 0.5
        assert np.abs(page["x"]).max() < 1.6


def test_the_settings_are_those_of_python(run):
    defaults = run("show.DEFAULTS")
    assert defaults == {name: getattr(TrainingShow(), name) for name in defaults}
    assert tuple(run("Object.keys(show.DATA)")) == DATA


def test_it_stores_a_still_picture_and_says_what_it_shows():
    data, _ = watch_training("circles")._repr_mimebundle_()
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert picture.width > 500
    assert "circles" in data["text/plain"]


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match=r"expected one of XOR, .* got 'digits'"):
        watch_training("digits")
    with pytest.raises(traitlets.TraitError):
        TrainingShow(units=9)
