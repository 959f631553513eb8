"""The race that the page computes, against nnlib: its JavaScript is run by node, or by Chromium."""

import base64
import io
import json

import numpy as np
import pytest
import traitlets
from PIL import Image

from nnlib.widgets import race_optimizers
from nnlib.widgets.base.javascript import HERE
from nnlib.widgets.models.optimizer_race import (
    KEYS,
    LIMIT,
    MOST,
    OPTIMIZERS,
    SIDE,
    SURFACES,
    diverged,
    trajectory,
)
from nnlib.widgets.optimizer_race import OptimizerRace, number
from nnlib.widgets.optimizer_race_show import OptimizerRaceShow
from tests.widgets.javascript import runner

SCRIPT = HERE / "optimizer_race_model.js"
STARTS = [(4.0, 3.0), (-4.5, -2.0), (-3.0, 4.0), (4.0, 0.1), (0.0, 0.0), (-4.0, 2.0)]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return runner(SCRIPT, tmp_path_factory.mktemp("javascript"), "race")


def settings():
    """Several settings: every surface and optimizer, from slow to divergent."""
    return [
        (surface, name, lr, momentum, start)
        for surface in SURFACES
        for name in OPTIMIZERS
        for lr, momentum in ((0.001, 0.9), (0.1, 0.9), (10**-0.5, 0.5), (10.0, 0.99))
        for start in STARTS
    ]


def steady(surface, name, lr, momentum, start, ours):
    """How many points of a path can be compared.

    A path that jumps about is chaotic: the last digit of its start changes all that follows. It
    is compared up to where nnlib itself, started a hair's breadth away, goes elsewhere.
    """
    near = np.array(start) * (1 + 1e-13)
    other = trajectory(SURFACES[surface], name, lr, momentum, near)
    n = min(len(ours), len(other))
    apart = ~np.isclose(other[:n], ours[:n], rtol=1e-11, atol=1e-11).all(axis=1)
    return int(apart.argmax()) if apart.any() else n


def test_the_page_goes_where_nnlib_goes(run):
    arguments = json.dumps(settings())
    paths = run(f"{arguments}.map(one => race.trajectory(...one))")
    assert len(paths) == len(settings()) == 576
    whole = divergent = 0
    for setting, theirs in zip(settings(), paths, strict=True):
        surface, name, lr, momentum, start = setting
        ours = trajectory(SURFACES[surface], name, lr, momentum, start)
        n = steady(*setting, ours)
        np.testing.assert_allclose(theirs[:n], ours[:n], 1e-9, 1e-12, err_msg=str(setting))
        if n == len(ours):
            assert len(theirs) == n, setting
            whole += 1
        divergent += diverged(ours)
    assert whole > 0.9 * len(paths)
    assert divergent > 50


@pytest.mark.parametrize("surface", SURFACES)
def test_the_surfaces_are_the_same(run, surface):
    places = np.random.default_rng(1).uniform(-5, 5, (40, 2)).tolist()
    ours = SURFACES[surface]
    loss, slopes, lowest, formula = run(
        f"(s => [{places}.map(p => s.loss(...p)), {places}.map(p => s.gradient(...p)),"
        f" s.lowest, s.formula])(race.SURFACES[{json.dumps(surface)}])"
    )
    np.testing.assert_allclose(loss, ours.loss(*np.transpose(places)), rtol=1e-12)
    np.testing.assert_allclose(slopes, [ours.gradient(*p) for p in places], rtol=1e-12)
    np.testing.assert_array_equal(lowest, ours.lowest)
    assert formula == ours.formula


def test_names_limits_and_defaults_are_the_same(run):
    names, surfaces, limits, defaults = run(
        "[Object.keys(race.OPTIMIZERS), Object.keys(race.SURFACES),"
        " [race.SIDE, race.MOST, race.LIMIT], race.DEFAULTS]"
    )
    assert names == list(OPTIMIZERS)
    assert surfaces == list(SURFACES)
    assert limits == [SIDE, MOST, LIMIT]
    show = race_optimizers()
    assert defaults == {name: getattr(show, name) for name in defaults}
    assert set(defaults) == {
        name for name in show.traits(sync=True) if name in OptimizerRaceShow.class_own_traits()
        and not name.startswith("_")
    }  # fmt: skip


def test_the_presets_are_those_of_the_explorer(run):
    theirs = run("race.PRESETS")
    assert list(theirs) == list(OptimizerRace.presets)
    for label, ours in OptimizerRace.presets.items():
        preset = theirs[label]
        assert preset["surface"] == ours["surface"]
        assert preset["step"] == ours["steps"]
        assert preset["momentum"] == ours["mu"]
        assert preset["start"] == [ours["x"], ours["y"]]
        for name, key in KEYS.items():
            assert preset["rates"][name] == pytest.approx(ours[f"lr_{key}"], rel=1e-12)


def test_the_words_are_those_of_the_explorer(run):
    losses = [0, 14.56, 0.00214, 2.5e-7, -0.279, 8.0868, 3.2e30]
    texts = run(f"{losses}.map(race.number)")
    # JavaScript writes 3.1e−9 where Python writes 3.1e−09
    assert texts == [number(loss).replace("e−0", "e−") for loss in losses]
    text = run("race.describe(race.DEFAULTS, race.race(race.DEFAULTS))")
    assert "SGD with rate 0.1: 0.0021" in text
    assert "Adam with rate 0.1: 8.09" in text
    assert text.endswith("Lowest after step 20: SGD.")
    large = run("(p => race.describe(p, race.race(p)))(race.PRESETS['Rate too large'])")
    assert "Diverged, for the rate is too large: SGD stopped at step 7, momentum stopped" in large
    assert run("race.summary({}, 3)") == "Nobody runs. Tick an optimizer."
    assert run("race.summary(race.race(race.DEFAULTS), 0)") == "All stand at the start."


def test_the_stored_output_holds_a_still_picture_and_the_live_race():
    show = race_optimizers("plateau")
    data, _ = show._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "A race on the surface plateau" in data["text/plain"]
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(data["image/png"]))))
    assert np.mean(picture.min(axis=2) < 200) > 0.01
    show.set_trait("runners", ["Adam"])
    show.set_trait("step", 60)
    later, _ = show._repr_mimebundle_()
    assert "Losses after 60 steps: Adam with" in later["text/plain"]
    assert later["image/png"] != data["image/png"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("surface", "alps"),
        ("runners", ["Adagrad"]),
        ("rates", {"SGD": 0.1}),
        ("rates", dict.fromkeys(OPTIMIZERS, 0.0)),
        ("momentum", 1.5),
        ("start", [1.0]),
        ("start", [7.0, 0.0]),
        ("step", MOST + 1),
    ],
)
def test_what_makes_no_race(name, value):
    show = race_optimizers()
    before = getattr(show, name)
    with pytest.raises(traitlets.TraitError):
        setattr(show, name, value)
    assert getattr(show, name) == before


@pytest.mark.parametrize("surface", ["alps", 3, lambda x, y: x])
def test_another_surface_is_refused_with_a_way_out(surface):
    with pytest.raises(ValueError, match=r"explore_optimizers\(f\)"):
        race_optimizers(surface)


def test_what_the_browser_sends_arrives():
    show = race_optimizers()
    show.set_state({"start": [1, -2.5], "step": 7, "rates": dict.fromkeys(OPTIMIZERS, 0.5)})
    assert show.start == [1, -2.5]
    assert "from (1, -2.5)" in show.picture().description
