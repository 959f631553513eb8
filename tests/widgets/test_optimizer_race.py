"""explore_optimizers: the steps of four optimizers, in Python and in the page."""

import itertools
import json
import warnings

import numpy as np
import pytest
import traitlets

from nnlib.gradcheck import numerical_gradient
from nnlib.widgets import explore_optimizers
from nnlib.widgets.base.javascript import HERE
from nnlib.widgets.models.optimizer_race import (
    LIMIT,
    MOST,
    OPTIMIZERS,
    SIDE,
    SURFACES,
    diverged,
    own_surface,
    trajectory,
)
from tests.widgets.helpers import still
from tests.widgets.javascript import runner, traits


def losses(surface, name, lr, **options):
    return SURFACES[surface].loss(*trajectory(SURFACES[surface], name, lr, **options).T)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SGD", (14.5600, 1.7208, 0.1845, 0.0021)),
        ("momentum", (14.5600, 6.8192, 3.9292, 3.1775)),
        ("Adam", (40.4400, 31.0356, 21.2304, 8.0868)),
    ],
)
def test_the_numbers_of_the_course(name, expected):
    np.testing.assert_allclose(losses("bowl", name, 0.1)[[1, 5, 10, 20]], expected, atol=5e-5)


def test_a_step_of_each_by_hand():
    # on x² + 3y² at (4, 3) the slopes are 8 and 18
    ends = {
        "SGD": (4 - 0.1 * 8, 3 - 0.1 * 18),
        "momentum": (4 - 0.1 * 8, 3 - 0.1 * 18),
        "RMSProp": (4 - 0.1 / 0.1, 3 - 0.1 / 0.1),  # √(0.01 g²) = 0.1 |g|
        "Adam": (4 - 0.1, 3 - 0.1),
    }
    for name, end in ends.items():
        path = trajectory(SURFACES["bowl"], name, 0.1, steps=1)
        np.testing.assert_allclose(path, [(4, 3), end], atol=1e-7)


@pytest.mark.parametrize("surface", SURFACES)
def test_the_gradient_is_the_slope_of_the_loss(surface):
    s = SURFACES[surface]
    for x, y in ((4.0, 3.0), (-2.5, 1.5), (0.3, -0.7), (-4.9, -4.7)):
        slope = numerical_gradient(lambda p: s.loss(p[0], p[1]), np.array([x, y]))
        np.testing.assert_allclose(s.gradient(x, y), slope, atol=1e-6)


@pytest.mark.parametrize("surface", SURFACES)
def test_the_lowest_places_are_the_lowest(surface):
    s = SURFACES[surface]
    x, y = np.meshgrid(np.linspace(-5, 5, 201), np.linspace(-5, 5, 201))
    for place in s.lowest:
        assert s.loss(*place) == 0
        np.testing.assert_allclose(s.gradient(*place), 0, atol=1e-12)
    assert s.loss(x, y).min() >= 0


def test_the_tilted_valley_is_the_long_valley_turned_by_45_degrees():
    x, y = np.random.default_rng(0).uniform(-5, 5, (2, 50))
    turned = (x + y) / 2**0.5, (y - x) / 2**0.5
    np.testing.assert_allclose(
        SURFACES["tilted valley"].loss(x, y), SURFACES["long valley"].loss(*turned)
    )


def test_it_stops_at_the_first_point_beyond_the_limit():
    path = trajectory(SURFACES["bowl"], "SGD", 0.5)  # each step makes y -2 times as large
    np.testing.assert_allclose(path[:, 1], 3 * (-2.0) ** np.arange(len(path)))
    assert diverged(path)
    assert np.abs(path[-1]).max() > LIMIT >= np.abs(path[-2]).max()
    assert not diverged(trajectory(SURFACES["bowl"], "SGD", 0.3))


@pytest.mark.parametrize(("momentum", "border"), [(0.0, 2 / 6), (0.5, 3 / 6), (0.9, 3.8 / 6)])
def test_the_largest_rate_that_does_not_diverge(momentum, border):
    # 2 (1 + μ) / curvature, and the steepest curvature of the bowl is 6
    bowl = SURFACES["bowl"]
    assert not diverged(trajectory(bowl, "momentum", 0.99 * border, momentum, steps=2000))
    assert diverged(trajectory(bowl, "momentum", 1.03 * border, momentum, steps=2000))


def test_the_presets_do_what_they_say(run):
    presets = run("race.PRESETS")
    ends = {}
    for label, preset in presets.items():
        explorer = explore_optimizers().set(**preset)
        found = explorer.race()
        ends[label] = {
            name: losses[min(explorer.steps, len(path) - 1)]
            for name, (path, losses) in found.items()
        }
    lost = ends["Adam loses"]
    assert lost["Adam"] > 2 * max(lost[name] for name in OPTIMIZERS if name != "Adam")
    wins = ends["Adam wins"]
    assert 10 * wins["Adam"] < min(wins[name] for name in OPTIMIZERS if name != "Adam")
    helped = ends["Momentum helps"]
    assert 100 * helped["momentum"] < min(helped[n] for n in OPTIMIZERS if n != "momentum")
    large = ends["Rate too large"]
    assert min(large["SGD"], large["momentum"]) > 1e6
    assert max(large["RMSProp"], large["Adam"]) < 1


# the page, which node runs, against nnlib


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return runner(HERE / "optimizer_race_model.js", tmp_path_factory.mktemp("javascript"), "race")


STARTS = [(4.0, 3.0), (-4.5, -2.0), (-3.0, 4.0), (4.0, 0.1), (0.0, 0.0), (-4.0, 2.0)]


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
    explorer = explore_optimizers()
    assert defaults == {name: getattr(explorer, name) for name in defaults}
    assert set(defaults) == {*explorer.settings(), "own"}


def test_page_and_python_say_the_same_words(run):
    states = [explore_optimizers(), explore_optimizers("bend").set(steps=0, start=[-3, 2.5])]
    states += [explore_optimizers().set(**preset) for preset in run("race.PRESETS").values()]
    states += [explore_optimizers().set(runners=["Adam"], steps=60)]
    states += [explore_optimizers().set(runners=[])]
    given = [traits(one) for one in states]
    said = run(f"{json.dumps(given)}.map(s => race.describe(s, race.race(s)))")
    assert said == [one.describe() for one in states]
    assert "SGD with rate 0.1: 0.0021" in said[0]
    assert "Adam with rate 0.1: 8.09" in said[0]
    assert said[0].endswith("Lowest after step 20: SGD.")
    assert "All stand at the start." in said[1]
    assert "Diverged, for the rate is too large: SGD stopped at step 7, momentum" in said[5]
    assert said[-1].endswith("Nobody runs. Tick an optimizer.")


# what page and Python tell each other


@pytest.mark.parametrize("surface", SURFACES)
def test_every_still_picture(surface):
    explorer = explore_optimizers(surface)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for lr, momentum, steps in itertools.product((1e-3, 10.0), (0.0, 0.99), (0, MOST)):
            explorer.set(rates=dict.fromkeys(OPTIMIZERS, lr), momentum=momentum, steps=steps)
            explorer.describe()
        _, words = still(explorer)
    assert f"on the surface {surface}" in words


def test_what_the_browser_sends_arrives():
    explorer = explore_optimizers()
    before, _ = still(explorer)
    explorer.set_state({"start": [1, -2.5], "steps": 7, "rates": dict.fromkeys(OPTIMIZERS, 0.5)})
    assert explorer.start == [1, -2.5]
    after, words = still(explorer)
    assert "from (1, −2.5)" in words
    assert (before != after).any()
    assert still(explorer.set(runners=[]))[1].endswith("Tick an optimizer.")


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
        ("steps", MOST + 1),
    ],
)
def test_what_makes_no_race(name, value):
    explorer = explore_optimizers()
    before = getattr(explorer, name)
    with pytest.raises(traitlets.TraitError):
        setattr(explorer, name, value)
    assert getattr(explorer, name) == before


def ripples(x, y):
    return np.sin(x) * np.cos(y) + 0.05 * (x**2 + y**2)


def one_by_one(x, y):
    return max(x, y) ** 2 if x > 0 else y**2


@pytest.mark.parametrize(
    "own", [ripples, one_by_one, lambda x, y: abs(x) + abs(y), lambda x, y: x**4 + y**4 + 1,
            lambda x, y: 3.0, lambda x, y: -x - y]
)  # fmt: skip
def test_the_learners_own_surface(own):
    explorer = explore_optimizers(own)
    check_own(explorer)
    rates = dict.fromkeys(OPTIMIZERS, 0.1) | {"SGD": 10.0, "Adam": 10.0}
    check_own(explorer.set(steps=MOST, rates=rates, momentum=0.99))
    assert "(yours)" in still(explorer)[1]
    assert "surface bowl," in explorer.set(surface="bowl").describe()


def check_own(explorer):
    """The page gets where Python's optimizers go, and all of it is JSON."""
    assert explorer.own["alert"] == ""
    sent = json.loads(json.dumps(explorer.own, allow_nan=False))
    assert np.shape(sent["heights"]) == (101, 101)
    for name, (path, _) in explorer.race().items():
        np.testing.assert_array_equal(sent["races"][name]["path"], path)
        assert len(sent["races"][name]["losses"]) == len(path)


def test_the_slopes_of_an_own_surface():
    own = own_surface(ripples)
    slopes = np.cos(1) * np.cos(2) + 0.1, -np.sin(1) * np.sin(2) + 0.2
    np.testing.assert_allclose(own.gradient(1.0, 2.0), slopes, atol=1e-8)


@pytest.mark.parametrize(
    ("own", "error", "words"),
    [
        ("alps", ValueError, "expected one of bowl, long valley"),
        (3, TypeError, "expected a function of x and y, got int"),
        (lambda x, y: np.array([1.0, 2.0]), ValueError, "one number for every x and y"),
        (lambda x, y: np.nan * x, ValueError, "no finite number"),
    ],
)
def test_what_is_no_surface(own, error, words):
    with pytest.raises(error, match=words):
        explore_optimizers(own)


def test_a_place_without_a_slope_is_said_in_the_explorer():
    explorer = explore_optimizers(lambda x, y: np.log(x) ** 2 + y**2)
    check_own(explorer)
    explorer.set(start=[-1.0, 3.0])
    assert "f has no slope at (-1, 3)" in explorer.own["alert"]
    assert explorer.own["races"] == {}
    assert "f has no slope at (-1, 3)" in still(explorer)[1]
    check_own(explorer.set(start=[1.0, 3.0]))
