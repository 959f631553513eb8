import itertools
import warnings

import numpy as np
import pytest

from nnlib.gradcheck import numerical_gradient
from nnlib.widgets import explore_optimizers
from nnlib.widgets.models.optimizer_race import (
    KEYS,
    LIMIT,
    MOST,
    OPTIMIZERS,
    SURFACES,
    diverged,
    own_surface,
    trajectory,
)
from nnlib.widgets.optimizer_race import number, summary
from tests.widgets.helpers import check_picture, press, sweep


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


def test_every_control_at_its_ends():
    sweep(explore_optimizers())


def test_the_extremes_together():
    explorer = explore_optimizers()
    rates = [f"lr_{key}" for key in KEYS.values()]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for surface, lr, mu, steps, place in itertools.product(
            SURFACES, (1e-3, 10.0), (0.0, 0.99), (0, MOST), ((-5, -5), (5, -5), (0, 0))
        ):
            setting = {"surface": surface, "mu": mu, "steps": steps}
            setting |= {"x": place[0], "y": place[1]} | dict.fromkeys(rates, lr)
            check_picture(explorer.set(**setting), setting)


def test_the_presets_do_what_they_say():
    explorer = explore_optimizers()

    def ends(label):
        press(explorer, label)
        found = explorer.race(**explorer.values())
        steps = explorer.values()["steps"]
        return {name: losses[min(steps, len(path) - 1)] for name, (path, losses) in found.items()}

    assert ends("Adam loses")["Adam"] > 2 * max(
        ends("Adam loses")[n] for n in OPTIMIZERS if n != "Adam"
    )
    wins = ends("Adam wins")
    assert 10 * wins["Adam"] < min(wins[n] for n in OPTIMIZERS if n != "Adam")
    helped = ends("Momentum helps")
    assert 100 * helped["momentum"] < min(helped[n] for n in OPTIMIZERS if n != "momentum")
    large = ends("Rate too large")
    assert min(large["SGD"], large["momentum"]) > 1e6
    assert max(large["RMSProp"], large["Adam"]) < 1


def test_the_best_of_the_course_is_what_the_picture_says():
    explorer = explore_optimizers()
    for name, loss in (("SGD", "0.0021"), ("momentum", "3.18"), ("Adam", "8.09")):
        assert explorer.artists[name][-1].get_text() == f"{name}: {loss}"
        assert f"{name} with rate 0.1 {loss}" in explorer.description
    assert explorer.artists["words"].get_text() == "Lowest after step 20: SGD"


def test_the_paths_that_are_drawn_are_those_of_nnlib():
    explorer = explore_optimizers("bend").set(steps=37, x=-3.0, y=4.0, lr_adam=10**-0.5, mu=0.8)
    for name in OPTIMIZERS:
        lr = explorer.values()[f"lr_{KEYS[name]}"]
        path = trajectory(SURFACES["bend"], name, lr, 0.8, (-3, 4))
        trace, tip, curve, mark, _ = explorer.artists[name]
        np.testing.assert_allclose(np.transpose(trace.get_data()), path[:38])
        np.testing.assert_allclose(np.ravel(tip.get_data()), path[37])
        np.testing.assert_allclose(curve.get_ydata(), SURFACES["bend"].loss(*path.T))
        assert mark.get_xdata() == [37]


def test_divergence_is_said_and_seen():
    explorer = explore_optimizers().set(lr_sgd=10.0, steps=50)
    assert "SGD: diverged" in explorer.artists["SGD"][-1].get_text()
    assert "Diverged, for the rate is too large: SGD stopped at step" in explorer.description
    mark = explorer.artists["SGD"][3]
    assert mark.get_ydata()[0] == explorer.history.get_ylim()[1]
    explorer.set(steps=1)
    assert "Diverged" not in explorer.description


def test_who_is_off_is_not_drawn():
    explorer = explore_optimizers().set(adam=False, sgd=False)
    assert not any(artist.get_visible() for artist in explorer.artists["Adam"][:-1])
    assert explorer.artists["Adam"][-1].get_text() == "Adam: off"
    assert "Adam with" not in explorer.description
    explorer.set(momentum=False, rmsprop=False)
    assert "Nobody runs" in explorer.description
    check_picture(explorer, "nobody")


def test_nothing_has_moved_at_step_0():
    explorer = explore_optimizers().set(steps=0)
    assert "All stand at the start" in explorer.description
    assert summary({}, 0) == "Nobody runs. Tick an optimizer"


def test_only_the_chosen_surface_is_drawn():
    explorer = explore_optimizers().set(surface="saddle")
    shown = [name for name, contours in explorer.contours.items() if contours.get_visible()]
    assert shown == ["saddle"]
    assert "saddle" in explorer.map.get_title()
    assert len(explorer.artists["lowest"].get_xdata()) == 2


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
    check_picture(explorer, own)
    assert "(yours)" in explorer.description
    check_picture(explorer.set(steps=MOST, lr_sgd=10.0, lr_adam=10.0, mu=0.99), own)
    check_picture(explorer.set(surface="bowl"), own)


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
    check_picture(explorer, "right of 0")
    explorer.set(x=-1.0)
    assert "f has no slope at (-1, 3)" in str(explorer.last_error)
    check_picture(explorer.set(x=1.0), "right of 0 again")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (14.56, "14.6"), (0.00214, "0.0021"), (3.1e-9, "3.1e−09"), (-0.279, "−0.279"),
     (8.0868, "8.09"), (3.2e30, "3.2e+30"), (np.inf, "∞"), (np.nan, "∞")],
)  # fmt: skip
def test_a_loss_in_short(value, text):
    assert number(value) == text
