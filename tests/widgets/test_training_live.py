import itertools
import warnings

import numpy as np
import pytest

import nnlib
from nnlib import nn, optim
from nnlib.datasets import moons
from nnlib.random import generator
from nnlib.widgets import explore_training
from nnlib.widgets.models.training_run import (
    CHOICES,
    DATA,
    MOMENTUM,
    MOST_POINTS,
    OWN,
    RANGES,
    SQUARED,
    Settings,
    TrainingRun,
    blobs,
    make_network,
)
from nnlib.widgets.training_live import (
    LIGHT,
    LOW_TO_HIGH,
    NO_NUMBER,
    boundary,
    mosaic,
    nice_end,
    plane_colours,
    scaled,
    shade,
)
from tests.widgets.helpers import check_picture, extremes, odd_values, pixels, press, sweep

XOR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float), np.array([0, 1, 1, 0])


def weights(run):
    return np.concatenate([p.data.ravel() for p in run.model.parameters()])


# the run: settings, steps, arrays


def test_a_run_is_gradient_descent_written_out():
    settings = Settings(data="XOR", loss=SQUARED, activation="sigmoid", lr=2.0, batch=0, seed=3)
    run = TrainingRun(settings)
    run.model.to(np.float64)
    w1, b1, w2, b2 = (p.data.copy() for p in run.model.parameters())
    x, y = XOR[0], XOR[1][:, None]
    losses = []
    for _ in range(200):
        a1 = 1 / (1 + np.exp(-(x @ w1.T + b1)))
        a2 = 1 / (1 + np.exp(-(a1 @ w2.T + b2)))
        losses.append(np.mean((a2 - y) ** 2))
        dz2 = 2 * (a2 - y) / 4 * a2 * (1 - a2)
        dz1 = dz2 @ w2 * a1 * (1 - a1)
        w2, b2 = w2 - 2 * dz2.T @ a1, b2 - 2 * dz2.sum(axis=0)
        w1, b1 = w1 - 2 * dz1.T @ x, b1 - 2 * dz1.sum(axis=0)
    for _ in range(20):
        run.step(10)
    np.testing.assert_allclose(
        weights(run), np.concatenate([w1.ravel(), b1, w2.ravel(), b2]), atol=1e-6
    )
    assert run.at == list(range(0, 201, 10))
    np.testing.assert_allclose(run.train_losses[:-1], losses[::10], atol=1e-6)


@pytest.mark.parametrize("optimizer", CHOICES["optimizer"])
def test_a_run_is_the_loop_of_the_lessons(optimizer):
    """The four lines of a training step, over a stream of batches drawn as the run draws them."""
    settings = Settings(optimizer=optimizer, lr=0.05, dropout=0.3, weight_decay=0.01, seed=5)
    run = TrainingRun(settings)
    run.step(23)
    nnlib.manual_seed(5)
    model = make_network(settings, classes=2).train()
    kinds = {"SGD": optim.SGD, "RMSprop": optim.RMSprop, "Adam": optim.Adam, MOMENTUM: optim.SGD}
    more = {"momentum": 0.9} if optimizer == MOMENTUM else {}
    learns = kinds[optimizer](model.parameters(), lr=0.05, weight_decay=0.01, **more)
    loss_fn, taken = nn.BCEWithLogitsLoss(), 0
    while taken < 23:
        order = generator.permutation(len(run.train))
        for first in range(0, len(order), 16):
            if taken == 23:
                break
            batch = order[first : first + 16]
            learns.zero_grad()
            loss_fn(model(run.train.x[batch]), run.train.y[batch])
            model.backward(loss_fn.backward())
            learns.step()
            taken += 1
    for ours, theirs in zip(run.model.parameters(), model.parameters(), strict=True):
        np.testing.assert_array_equal(ours.data, theirs.data)


@pytest.mark.parametrize("data", DATA)
def test_the_same_settings_and_steps_give_the_same_run(data):
    settings = Settings(data=data, dropout=0.2, seed=7)
    one, other = TrainingRun(settings), TrainingRun(settings)
    one.step(60)
    for count in (1, 7, 20, 32):
        other.step(count)
    np.testing.assert_array_equal(weights(one), weights(other))
    assert one.train_losses[-1] == other.train_losses[-1]
    assert one.steps == other.steps == 60
    third = TrainingRun(Settings(data=data, dropout=0.2, seed=8))
    third.step(60)
    assert not np.array_equal(weights(one), weights(third))


def test_nothing_outside_of_a_run_changes_its_draws_nor_is_changed():
    nnlib.manual_seed(1)
    expected = generator.random(4)
    nnlib.manual_seed(1)
    run = TrainingRun(Settings(dropout=0.5))
    run.step(30)
    run.look(8)
    run.sentence()
    np.testing.assert_array_equal(generator.random(4), expected)
    other = TrainingRun(Settings(dropout=0.5))
    other.step(11)
    generator.random(1000)
    other.step(19)
    np.testing.assert_array_equal(weights(run), weights(other))


def test_losses_are_those_of_all_points_with_dropout_off():
    run = TrainingRun(Settings(dropout=0.5))
    run.step(40)
    run.model.eval()
    for part, losses in ((run.train, run.train_losses), (run.validation, run.validation_losses)):
        z, y = run.model(part.x)[:, 0], part.y[:, 0]
        expected = np.mean(np.log1p(np.exp(-z * (2 * y - 1))))
        assert losses[-1] == pytest.approx(expected, rel=1e-5)
    right = [(run.model(part.x)[:, 0] > 0) == part.y[:, 0] for part in run.parts()]
    assert run.right() == [count.sum() for count in right]


def test_the_split_keeps_every_point_once():
    whole = TrainingRun(Settings(validation=0.0))
    split = TrainingRun(Settings(validation=0.5))
    assert whole.validation is None
    assert len(split.train) == len(split.validation) == 100
    points = np.concatenate([split.train.x, split.validation.x])
    np.testing.assert_array_equal(np.sort(points, axis=0), np.sort(whole.train.x, axis=0))
    assert TrainingRun(Settings(data="XOR", validation=0.5)).validation is None


def test_epochs_are_counted_in_examples():
    run = TrainingRun(Settings(points=100, validation=0.0, batch=25))
    run.step(6)
    assert run.epoch == 1.5
    run = TrainingRun(Settings(data="AND"))  # its batches of 16 are all four rows
    run.step(3)
    assert run.epoch == 3


def test_the_rate_can_change_on_the_way():
    run, other = TrainingRun(Settings()), TrainingRun(Settings())
    run.step(10)
    other.step(10)
    run.tune(lr=1e-3)
    run.step(1)
    other.step(1)
    start = TrainingRun(Settings())
    start.step(10)
    moved, moved_more = (np.abs(weights(r) - weights(start)).max() for r in (run, other))
    assert moved_more == pytest.approx(300 * moved, rel=0.02)
    assert run.settings == Settings(lr=1e-3)


def test_divergence_is_a_sentence_and_the_run_stays():
    run = TrainingRun(Settings(lr=30.0, weight_decay=0.1))
    for _ in range(60):
        run.step(5)
    assert "no longer a finite number" in run.broken
    assert run.sentence() == run.broken
    steps = run.steps
    run.step(5)
    assert run.steps == steps
    assert np.isfinite(run.train_losses).all()


def test_look_asks_the_network_and_its_hidden_units():
    run = TrainingRun(Settings(layers=2, units=3, activation="ReLU", dropout=0.4))
    run.step(20)
    chances, hidden = run.look(5)
    assert chances.shape == (5, 5)
    assert [a.shape for a in hidden] == [(3, 5, 5), (3, 5, 5)]
    first, second, _ = run.grid(5)
    for i, j in ((0, 0), (1, 4), (3, 2)):  # row i is x2, column j is x1
        point = np.array([[first[j], second[i]]], np.float32)
        linear1, _, _, linear2, _, _, linear3 = run.model
        a1 = np.maximum(linear1(point), 0)
        a2 = np.maximum(linear2(a1), 0)
        np.testing.assert_allclose(hidden[0][:, i, j], a1[0], atol=1e-6)
        np.testing.assert_allclose(hidden[1][:, i, j], a2[0], atol=1e-6)
        assert chances[i, j] == pytest.approx(1 / (1 + np.exp(-linear3(a2)[0, 0])), abs=1e-6)


def test_look_gives_a_probability_for_each_of_three_classes():
    chances, _ = TrainingRun(Settings(data="three spirals")).look(4)
    assert chances.shape == (4, 4, 3)
    np.testing.assert_allclose(chances.sum(axis=-1), 1, atol=1e-6)


def test_dead_units_are_counted():
    run = TrainingRun(Settings(layers=2, units=5, activation="ReLU"))
    run.model[0].bias.data[:] = [-100, -100, 100, 100, 100]
    run.model[2].bias.data[:] = -1000
    assert run.dead_units() == (7, 10)
    assert "Dead: 7 of 10 hidden units" in run.sentence()
    assert TrainingRun(Settings()).dead_units() == (0, 0)


def test_first_weights():
    def first(start):
        return TrainingRun(Settings(start=start, units=8, layers=3)).model.parameters()

    assert all((p.data == 0).all() for p in first("all zero"))
    small, large = first("normal × 0.01"), first("normal × 3")
    for one, other in zip(small, large, strict=True):
        np.testing.assert_allclose(300 * one.data, other.data, rtol=1e-5)
    hidden = small[2].data
    assert hidden.std() == pytest.approx(0.01, rel=0.3)
    assert (small[1].data == 0).all()


def test_blobs_stand_apart():
    nnlib.manual_seed(0)
    x, y = blobs(400, 0.0)
    np.testing.assert_allclose(x[y == 1].mean(axis=0), [0.6, 0.6], atol=0.06)
    np.testing.assert_allclose(x[y == 0].mean(axis=0), [-0.6, -0.6], atol=0.06)


@pytest.mark.parametrize("name", RANGES)
def test_a_setting_out_of_its_range(name):
    low, high = RANGES[name]
    for value in (low - 1, high + 1, "many", None):
        with pytest.raises(ValueError, match=f"expected {name} from"):
            Settings(**{name: value})
    Settings(**{name: low})
    Settings(**{name: high})


@pytest.mark.parametrize("name", CHOICES)
def test_a_setting_that_is_no_choice(name):
    with pytest.raises(ValueError, match=f"expected {name} to be one of .*'best'"):
        Settings(**{name: "best"})


# the drawing


def test_colours():
    values = np.array([[0.0, 1.0], [np.nan, 7.0]])
    colours = shade(values, LOW_TO_HIGH)
    np.testing.assert_array_equal(colours[0, 0], LOW_TO_HIGH[0])
    np.testing.assert_array_equal(colours[0, 1], LOW_TO_HIGH[255])
    np.testing.assert_array_equal(colours[1, 0], NO_NUMBER)
    np.testing.assert_array_equal(colours[1, 1], LOW_TO_HIGH[255])
    np.testing.assert_array_equal(plane_colours(values)[0, 0], LIGHT[0])
    three = plane_colours(np.eye(3)[None])[0]  # three points, each sure of another class
    assert len(np.unique(three, axis=0)) == 3
    assert (three[:, 3] == 255).all()


def test_the_boundary_lies_where_the_answer_changes():
    axis = np.linspace(-1, 1, 41)
    x, y = np.meshgrid(axis, axis)
    line = boundary(axis, axis, 1 / (1 + np.exp(-(x - 0.3))))
    np.testing.assert_allclose(line[0][np.isfinite(line[0])], 0.3, atol=1e-3)
    circle = boundary(axis, axis, x**2 + y**2)  # one half at a radius of 0.707
    radius = np.hypot(*circle)
    np.testing.assert_allclose(radius[np.isfinite(radius)], 0.5**0.5, atol=2e-3)
    two = boundary(axis, axis, np.stack([0.3 - x, x - 0.3], axis=-1))
    np.testing.assert_allclose(two[0][np.isfinite(two[0])], 0.3, atol=1e-3)
    assert boundary(axis, axis, np.full_like(x, 0.2)).shape == (2, 0)
    assert boundary(axis, axis, np.full_like(x, np.nan)).shape == (2, 0)


def test_units_are_scaled_by_what_they_can_reach():
    a = np.array([-0.5, 0.0, 0.25]).reshape(1, 1, 3)
    np.testing.assert_allclose(scaled(nn.Tanh(), a), a / 2 + 0.5)
    np.testing.assert_allclose(scaled(nn.Sigmoid(), abs(a)), abs(a))
    np.testing.assert_allclose(scaled(nn.ReLU(), a), [[[0, 0.5, 0.75]]])
    np.testing.assert_allclose(scaled(nn.ReLU(), 0 * a), 0.5)


def test_a_mosaic_puts_layers_below_each_other_and_the_plane_upright():
    first = np.zeros((2, 6, 6))
    first[0, 4:] = 1.0  # high where x2 is high: in the upper rows of the picture
    picture = mosaic([first, np.full((1, 6, 6), 0.5)], gap=3)
    assert picture.shape == (15, 15, 4)
    np.testing.assert_array_equal(picture[1, 2], LOW_TO_HIGH[255])
    np.testing.assert_array_equal(picture[4, 2], LOW_TO_HIGH[0])
    np.testing.assert_array_equal(picture[1, 11], LOW_TO_HIGH[0])
    assert (picture[:, 6:9, 3] == 0).all()  # the gap
    assert (picture[9:, 9:, 3] == 0).all()  # no second unit in the second layer


@pytest.mark.parametrize(
    ("steps", "end"), [(0, 50), (50, 50), (51, 100), (1000, 1000), (1001, 2000), (4000, 5000)]
)
def test_the_axis_of_steps_grows_in_nice_numbers(steps, end):
    assert nice_end(steps) == end


# the explorer


def test_every_control_at_its_ends():
    sweep(explore_training(), pairs=False)


def test_every_pair_of_extremes_is_trained():
    """Every pair of extremes of two controls occurs in some setting; each is trained a little."""
    explorer = explore_training()
    ends = {name: extremes(explorer.controls[name]) for name in explorer.values()}
    ends.pop("play")
    left = {
        frozenset([(one, a), (other, b)])
        for one, other in itertools.combinations(ends, 2)
        for a, b in itertools.product(ends[one], ends[other])
    }
    rng = np.random.default_rng(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        while left:
            setting = dict(min(left, key=repr))
            for name in rng.permutation(list(ends)):
                if name not in setting:
                    taken = setting.items()
                    gains = [
                        sum(frozenset([(name, v), t]) in left for t in taken) for v in ends[name]
                    ]
                    setting[name] = ends[name][np.argmax(gains)]
            left -= {frozenset(pair) for pair in itertools.combinations(setting.items(), 2)}
            explorer.set(play=0, **setting)
            for _ in range(2):
                explorer.tick()
            check_picture(explorer, setting)
            assert explorer.run.steps == 2 * setting["pace"] or explorer.run.broken


def test_the_player_trains_and_its_stop_starts_over():
    explorer = explore_training(pace=20)
    play = explorer.controls["play"]
    first = weights(explorer.run)
    for value in (1, 2, 3):
        frames, before = explorer.frames, pixels(explorer)
        play.value = value
        assert explorer.run.steps == 20 * value
        assert explorer.frames == frames + 1
        assert (pixels(explorer) != before).any()
    play.value = 40  # the browser was ahead: still one frame
    assert explorer.run.steps == 80
    expected = TrainingRun(Settings())
    expected.step(80)
    np.testing.assert_array_equal(weights(explorer.run), weights(expected))
    play.value = 0  # what the player's own stop button does
    assert explorer.run.steps == 0
    np.testing.assert_array_equal(weights(explorer.run), first)


def test_step_start_over_and_reset():
    explorer = explore_training(steps=30, lr=1.0)
    assert explorer.run.steps == 30
    assert explorer.run.at == list(range(0, 31, 5))
    press(explorer, "Step")
    press(explorer, "Step")
    assert explorer.run.steps == 40
    press(explorer, "Start over")
    assert explorer.run.steps == 0
    press(explorer, "Start over")
    assert explorer.run.steps == 0
    press(explorer, "Step")
    assert explorer.run.steps == 5
    explorer.set(units=8, lr=0.1)
    assert explorer.run.steps == 0
    press(explorer, "Reset")
    assert explorer.run.steps == 30
    assert explorer.values()["lr"] == 1.0
    press(explorer, "Start over")
    assert explorer.run.steps == 0


def test_a_new_rate_goes_on_and_anything_else_starts_over():
    explorer = explore_training()
    explorer.tick()
    explorer.set(lr=0.01, weight_decay=0.001, pace=20)
    assert explorer.run.steps == 5
    assert explorer.run.optimizer.lr == 0.01
    assert explorer.run.optimizer.weight_decay == 0.001
    others = set(explorer.values()) - {"lr", "weight_decay", "pace", "play"}
    for name in others:
        explorer.tick()
        widget = explorer.controls[name]
        (value, *_) = [v for v in extremes(widget) + odd_values(widget) if v != widget.value]
        widget.value = value
        assert explorer.run.steps == 0, name


def test_the_presets_do_what_they_say():
    def trained(label, steps, pace=100):
        explorer = explore_training()
        press(explorer, label)
        assert explorer.run.steps == 0
        explorer.set(pace=pace)
        for _ in range(steps // pace):
            explorer.tick()
            assert explorer.last_error is None
        return explorer.run

    assert trained("XOR learns", 200).right()[0] == 4
    stuck = trained("XOR never learns", 1200)
    assert stuck.steps == 1200
    np.testing.assert_allclose(stuck.look(20)[0], 0.5, atol=0.01)
    small, large = trained("Too small", 1500), trained("Large enough", 1500)
    assert small.right()[0] / len(small.train) < 0.8
    assert large.right()[0] / len(large.train) > 0.9
    over = trained("Overfits", 600)
    assert over.train_losses[-1] < 0.02
    assert over.validation_losses[-1] > 1.5 * min(over.validation_losses)
    dead, units = trained("Units die", 300).dead_units()
    assert dead > units / 2
    assert trained("Explodes", 20, pace=1).broken


def test_divergence_is_said_and_the_player_stops():
    explorer = explore_training()
    press(explorer, "Explodes")
    explorer.player.playing = True
    for _ in range(20):
        explorer.tick()
    assert "no longer a finite number" in explorer.description
    assert "no longer a finite number" in explorer.artists["said"].get_text()
    assert not explorer.player.playing
    check_picture(explorer, "Explodes")
    press(explorer, "Reset")
    assert "no longer" not in explorer.description


def test_steps_before_it_is_shown_are_measured_on_the_way():
    explorer = explore_training(steps=2001, pace=1)
    assert explorer.run.steps == 2001
    assert 200 <= len(explorer.run.at) <= 203
    expected = TrainingRun(Settings())
    expected.step(2001)
    assert explorer.run.train_losses[-1] == expected.train_losses[-1]


def test_the_description_follows():
    explorer = explore_training()
    assert "2-4-1 network on moons, SGD, learning rate 0.3" in explorer.description
    assert "Step 0, epoch 0" in explorer.description
    explorer.set(data="three spirals", layers=2, units=6)
    explorer.tick()
    assert "2-6-6-3 network on three spirals" in explorer.description
    assert "12 hidden units" in explorer.description
    assert "Step 5" in explorer.description
    explorer.set(layers=0)
    assert "2-3 network" in explorer.description
    assert explorer.artists["none"].get_text()


def test_settings_can_be_given():
    explorer = explore_training(
        data="XOR", units=3, activation="sigmoid", loss=SQUARED, lr=2.0, batch=8, weight_decay=0.02
    )
    assert explorer.values()["units"] == 3
    assert explorer.run.settings.loss == SQUARED
    assert explorer.run.settings.batch == 8
    assert explorer.run.settings.weight_decay == 0.02
    assert isinstance(explorer.run.loss_fn, nn.MSELoss)


def test_settings_that_do_not_exist():
    with pytest.raises(ValueError, match="no setting depth"):
        explore_training(depth=3)
    with pytest.raises(ValueError, match="expected lr from"):
        explore_training(lr=1000)
    with pytest.raises(ValueError, match="expected data to be one of"):
        explore_training(data="mnist")
    with pytest.raises(ValueError, match=r"your data as data=\(X, y\)"):
        explore_training(data=OWN)
    with pytest.raises(ValueError, match="expected pace to be one of"):
        explore_training(pace=7)
    with pytest.raises(ValueError, match="expected steps"):
        explore_training(steps=-1)


# the learner's own network and data


def own_network(outputs=1, *last):
    nnlib.manual_seed(2)
    return nn.Sequential(nn.Linear(2, 12), nn.ReLU(), nn.Linear(12, outputs), *last)


def test_an_own_network_is_copied_and_watched():
    model = own_network()
    before = model.state_dict()
    explorer = explore_training(model, data="circles", lr=0.1)
    for _ in range(30):
        explorer.tick()
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    assert not np.array_equal(explorer.run.model[0].weight.data, before["0.weight"])
    assert "your network on circles" in explorer.description
    assert not set(explorer.controls) & {"layers", "units", "activation", "start", "dropout"}
    labels = [text.get_text() for text in explorer.units.get_yticklabels()]
    assert labels == ["layer 1\n8 of 12"]
    press(explorer, "Start over")
    np.testing.assert_array_equal(explorer.run.model[0].weight.data, before["0.weight"])
    sweep(explorer, pairs=False)


@pytest.mark.parametrize(
    ("model", "loss"),
    [
        (own_network(), nn.BCEWithLogitsLoss),
        (own_network(1, nn.Sigmoid()), nn.BCELoss),
        (own_network(2), nn.CrossEntropyLoss),
        (own_network(2, nn.Softmax()), nn.MSELoss),
        (nn.Sequential(nn.Linear(2, 1)), nn.BCEWithLogitsLoss),
        (
            nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.LeakyReLU(), nn.Linear(4, 2)),
            nn.CrossEntropyLoss,
        ),
        (
            nn.Sequential(
                nn.Linear(2, 4), nn.Residual(nn.Linear(4, 4), nn.Tanh()), nn.Linear(4, 1)
            ),
            nn.BCEWithLogitsLoss,
        ),
    ],
)
def test_networks_of_many_kinds_learn(model, loss):
    explorer = explore_training(model, data="blobs", noise=0.0, pace=20)
    assert isinstance(explorer.run.loss_fn, loss)
    for _ in range(30):
        explorer.tick()
    check_picture(explorer, model)
    assert explorer.run.right()[0] / len(explorer.run.train) > 0.9


def test_a_network_of_float64_and_the_loop_written_out_agree():
    model = own_network(1, nn.Sigmoid()).to(np.float64)
    explorer = explore_training(model, XOR, loss=SQUARED, lr=1.0, batch=0, pace=20)
    explorer.tick()
    loss_fn, learns = nn.MSELoss(), optim.SGD(model.parameters(), lr=1.0)
    for _ in range(20):
        learns.zero_grad()
        loss_fn(model(XOR[0]), XOR[1][:, None].astype(float))
        model.backward(loss_fn.backward())
        learns.step()
    for ours, theirs in zip(explorer.run.model.parameters(), model.parameters(), strict=True):
        assert ours.data.dtype == np.float64
        np.testing.assert_allclose(ours.data, theirs.data, atol=1e-12)


def test_own_data():
    nnlib.manual_seed(0)
    x, y = moons(100, 0.1)
    explorer = explore_training(data=(1000 * x + [5000, 0], y), validation=0.2)
    assert explorer.values()["data"] == OWN
    assert len(explorer.run.train) == 80
    left, right, *_ = explorer.run.window()
    assert 2000 < left < 4000
    assert 6000 < right < 8000
    for _ in range(5):
        explorer.tick()
    check_picture(explorer, "own data")
    assert explorer.set(data="circles").last_error is None
    assert explore_training(data=XOR).run.validation is None  # too few
    assert len(explore_training(data=XOR, validation=0.5).run.validation) == 2
    column = explore_training(data=(x, y[:, None]))
    assert column.run.classes == 2
    five = explore_training(data=(x, np.arange(100) % 5))
    assert five.run.outputs == 5
    check_picture(five.set(play=1), "five classes")


def test_a_network_of_three_outputs_gets_three_classes():
    assert explore_training(own_network(3)).values()["data"] == "three spirals"


def test_a_combination_that_does_not_fit_is_said_in_the_explorer():
    explorer = explore_training(own_network(2, nn.Softmax()))
    before = explorer.png
    explorer.set(loss="cross-entropy")
    assert "it would be applied twice" in str(explorer.last_error)
    explorer.tick()
    assert "it would be applied twice" in str(explorer.last_error)
    assert explorer.png == before
    explorer.set(loss=SQUARED)
    assert explorer.last_error is None
    explorer.tick()
    assert explorer.run.steps == 5


def test_only_data_with_enough_outputs_is_offered():
    assert "three spirals" not in explore_training(own_network(1)).controls["data"].options
    assert "three spirals" in explore_training(own_network(3)).controls["data"].options
    with pytest.raises(ValueError, match="1 output, and the data has 3 classes"):
        explore_training(own_network(1), "three spirals")


def test_a_network_that_is_broken_from_the_start():
    model = own_network()
    model[0].weight.data[...] = np.inf
    explorer = explore_training(model)
    assert "within 0 steps" in explorer.description
    explorer.tick()
    check_picture(explorer, "infinite weights")


@pytest.mark.parametrize(
    ("model", "error", "says"),
    [
        (lambda x: x, TypeError, "expected an nn.Sequential"),
        (nn.Linear(2, 1), TypeError, "expected an nn.Sequential"),
        (nn.Sequential(nn.ReLU()), ValueError, "that can learn"),
        (nn.Sequential(), ValueError, "that can learn"),
        (nn.Sequential(nn.Linear(3, 1)), ValueError, "with 2 inputs"),
        (nn.Sequential(nn.Linear(2, 4), nn.Linear(5, 1)), ValueError, "this one failed"),
        (nn.Sequential(nn.Linear(2, 10)), ValueError, "1 to 7 outputs"),
    ],
)
def test_networks_that_cannot_be_shown(model, error, says):
    with pytest.raises(error, match=says):
        explore_training(model)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (np.zeros((4, 2)), "as a pair"),
        ((np.zeros((4, 3)), [0, 1, 0, 1]), r"X of shape \(N, 2\)"),
        ((np.zeros((4, 2)), [0, 1]), r"got \(4, 2\) and \(2,\)"),
        ((np.full((4, 2), np.nan), [0, 1, 0, 1]), "finite numbers"),
        ((np.zeros((4, 2)), [0.5, 1, 0, 1]), "expected classes 0"),
        ((np.zeros((4, 2)), [-1, 1, 0, 1]), "expected classes 0"),
        ((np.zeros((4, 2)), [7, 1, 0, 1]), "expected classes 0"),
        ((np.zeros((4, 2)), list("abcd")), "classes in y"),
        ((np.zeros((MOST_POINTS + 1, 2)), np.zeros(MOST_POINTS + 1)), "Take a sample"),
    ],
)
def test_data_that_cannot_be_shown(data, says):
    with pytest.raises(ValueError, match=says):
        explore_training(data=data)


def test_own_network_and_own_data_that_do_not_fit():
    with pytest.raises(ValueError, match="1 output, and the data has 3 classes"):
        explore_training(own_network(1), (np.eye(3)[:, :2], [0, 1, 2]))
    with pytest.raises(ValueError, match="2 outputs, and the data has 3 classes"):
        explore_training(own_network(2), (np.eye(3)[:, :2], [0, 1, 2]))


def test_a_layer_that_fails_while_it_trains_is_said():
    class Tired(nn.Tanh):
        def backward(self, dy):
            raise RuntimeError("I am tired")

    explorer = explore_training(nn.Sequential(nn.Linear(2, 3), Tired(), nn.Linear(3, 1)))
    explorer.tick()
    assert "I am tired" in str(explorer.last_error)
    explorer.tick()
    assert explorer.last_error is None
    assert "Training stopped: I am tired" in explorer.description


# speed
