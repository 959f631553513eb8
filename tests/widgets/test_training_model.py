"""The training that the page computes, against nnlib: points, weights, every optimizer and loss."""

import dataclasses
import json

import numpy as np
import pytest

from nnlib.widgets import explore_training
from nnlib.widgets.base.javascript import HERE
from nnlib.widgets.models.training_run import (
    CHOICES,
    DATA,
    OWN,
    RANGES,
    Settings,
    TrainingRun,
    make_optimizer,
)
from tests.widgets.javascript import run_node

STEPS = 60
OWN_POINTS = [[0.1, 0.2, 0], [0.5, -1.0, 1], [-0.7, 0.3, 0], [1.5, 1.25, 2], [0.25, -0.5, 1]]
ADDED = [[0.3, 0.4, 1], [-0.2, 0.1, 0]]


def cases(count=60):
    """Settings at random, every data set and every choice among them several times."""
    rng = np.random.default_rng(4)
    for k in range(count):
        chosen = {name: str(rng.choice(options)) for name, options in CHOICES.items()}
        chosen["data"] = [*DATA, OWN][k % (len(DATA) + 1)]
        whole = {"points": 20, "layers": 0, "units": 1, "seed": 0}
        for name, low in whole.items():
            chosen[name] = int(rng.integers(low, RANGES[name][1] + 1))
        chosen["noise"], chosen["validation"] = rng.choice([0.0, 0.15, 0.3], 2).tolist()
        chosen["dropout"] = float(rng.choice([0.0, 0.0, 0.4]))
        chosen["lr"] = float(rng.choice([0.01, 0.1, 0.3]))
        chosen["weight_decay"] = float(rng.choice([0.0, 0.01]))
        chosen["batch"] = int(rng.choice([0, 1, 7, 16]))
        yield Settings(**chosen)


CASES = list(cases())
PROGRAM = f"""
import {{ readFileSync }} from "node:fs";
import {{ addPoint, advance, look, makeRun, sentences }} from "{HERE.as_posix()}/training_model.js";
const found = JSON.parse(readFileSync("cases.json", "utf-8")).map(([settings, own, added]) => {{
  const run = makeRun(settings, own);
  const plain = () => run.layers.flatMap(({{ W, b }}) => [[...W], [...b]]);
  const [train, validation, first] = [run.train.map((p) => [...p]), run.validation, plain()];
  advance(run, {STEPS - 20});
  for (const point of added) addPoint(run, point);
  for (const count of [1, 7, 12]) advance(run, count);
  const seen = look(run, 6);
  return {{
    train, validation, first, last: plain(),
    losses: run.trainLosses, also: run.validationLosses, window: run.window,
    chances: [...seen.chances], hidden: seen.hidden.map((layer) => [...layer.a]),
    dead: seen.dead, epoch: seen.epoch, said: sentences(seen).join("\\n"),
  }};
}});
process.stdout.write(JSON.stringify(found));
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("javascript")
    given = [[dataclasses.asdict(one), OWN_POINTS, ADDED] for one in CASES]
    (folder / "cases.json").write_text(json.dumps(given), encoding="utf-8")
    return json.loads(run_node(PROGRAM, folder))


def test_the_page_trains_as_nnlib_does(pages):
    compared = 0
    for settings, page in zip(CASES, pages, strict=True):
        run, near = made(settings), made(settings)
        check_beginning(run, page)
        for one, factor in ((run, 1), (near, 1 + 1e-13)):
            go_on_as(one, page, factor)
        # what is chaotic, ReLU at its corner or an average of squares near 0, cannot be compared:
        # nnlib itself, started a hair's breadth away, goes elsewhere
        if np.allclose(flat(run), flat(near), rtol=1e-11, atol=1e-11):
            compared += 1
            check_end(run, page, str(settings))
    assert compared > 0.9 * len(CASES)


def made(settings):
    own = np.array(OWN_POINTS)
    return TrainingRun(settings, own=(own[:, :2].astype(np.float32), own[:, 2].astype(int)))


def flat(run):
    return np.concatenate([p.data.ravel() for p in run.model.parameters()])


def check_beginning(run, page):
    """Points and initial weights, which nnlib keeps as float32."""
    rows = np.column_stack([run.train.x, run.labels(run.train)])
    np.testing.assert_allclose(page["train"], rows, atol=1e-7)
    np.testing.assert_allclose(np.concatenate(page["first"]), flat(run), rtol=2e-7)


def go_on_as(run, page, factor):
    """Train in float64 from the page's points and weights, these times a factor."""
    run.model.to(np.float64)
    for parameter, numbers in zip(run.model.parameters(), page["first"], strict=True):
        parameter.data = factor * np.array(numbers, float).reshape(parameter.shape)
    run.optimizer = make_optimizer(run.settings, run.model.parameters())
    for part, points in ((run.train, page["train"]), (run.validation, page["validation"])):
        if part is not None:
            part.x = np.array(points, float)[:, :2]
    run.at, run.train_losses, run.validation_losses = [], [], []
    with np.errstate(all="ignore"):
        run._measure()
    run.step(STEPS - 20)
    run.add(ADDED)
    run.train.x[-len(ADDED) :] = np.array(ADDED)[:, :2]  # not as float32
    for count in (1, 7, 12):
        run.step(count)


def check_end(run, page, what):
    close = {"rtol": 1e-9, "atol": 1e-9, "err_msg": what}
    np.testing.assert_allclose(np.concatenate(page["last"]), flat(run), **close)
    np.testing.assert_allclose(page["losses"], run.train_losses, **close)
    np.testing.assert_allclose(page["also"], run.validation_losses, **close)
    assert page["said"] == run.sentence()
    assert page["epoch"] == pytest.approx(run.epoch)
    assert page["dead"] == list(run.dead_units())
    np.testing.assert_allclose(page["window"], run.frame, atol=1e-6)
    run.frame = page["window"]
    chances, hidden = run.look(6)  # row 0 at the bottom, the page's at the top
    np.testing.assert_allclose(page["chances"], chances[::-1].ravel(), atol=1e-5)
    for mine, theirs in zip(page["hidden"], hidden, strict=True):
        np.testing.assert_allclose(mine, theirs[:, ::-1].transpose(1, 2, 0).ravel(), atol=1e-5)


def test_the_settings_and_their_choices_are_those_of_python(tmp_path):
    program = f"""
    import {{ DATA, OWN }} from "{HERE.as_posix()}/training_data.js";
    import {{ ACTIVATIONS, OPTIMIZERS }} from "{HERE.as_posix()}/training_model.js";
    import {{ DEFAULTS }} from "{HERE.as_posix()}/training.js";
    const names = [ACTIVATIONS, OPTIMIZERS].map(Object.keys);
    process.stdout.write(JSON.stringify([[...DATA, OWN], ...names, DEFAULTS]));
    """
    data, activations, optimizers, defaults = json.loads(run_node(program, tmp_path))
    assert tuple(data) == CHOICES["data"]
    assert tuple(activations) == (*CHOICES["activation"], "none")
    assert tuple(optimizers) == CHOICES["optimizer"]
    explorer = explore_training()
    assert defaults == {name: getattr(explorer, name) for name in defaults}
    assert set(defaults) == set(explorer.settings()) | {"own", "outputs", "remote"}
