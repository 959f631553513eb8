"""explore_training: the run that Python computes, and what page and Python tell each other."""

import json
import types

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
from nnlib.widgets.training import SIDE, colours, kind_of, margins, scaled
from tests.widgets.helpers import still
from tests.widgets.javascript import answers

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


def test_points_that_are_added_are_trained_on_and_those_for_validation_stay():
    run = TrainingRun(Settings(batch=0))
    run.step(5)
    before = run.frame, len(run.train), run.validation.x.copy()
    run.add([[0.5, 0.5, 1], [-0.5, 0.25, 0]])
    assert len(run.train) == before[1] + 2
    np.testing.assert_array_equal(run.train.x[-2:], [[0.5, 0.5], [-0.5, 0.25]])
    np.testing.assert_array_equal(run.labels(run.train)[-2:], [1, 0])
    np.testing.assert_array_equal(run.validation.x, before[2])
    x, _ = run._batch()
    assert len(x) == len(run.train)
    assert run.frame == before[0]
    with pytest.raises(ValueError, match="a class from 0 to 1"):
        run.add([[0, 0, 2]])


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


def test_units_are_scaled_by_what_they_can_reach():
    a = np.array([-0.5, 0.0, 0.25]).reshape(1, 1, 3)
    np.testing.assert_allclose(scaled(kind_of(nn.Tanh()), a), a / 2 + 0.5)
    np.testing.assert_allclose(scaled(kind_of(nn.Sigmoid()), abs(a)), abs(a))
    np.testing.assert_allclose(scaled(kind_of(nn.ReLU()), a), [[[0, 0.5, 0.75]]])
    np.testing.assert_allclose(scaled(kind_of(nn.LeakyReLU()), 0 * a), 0.5)


def test_each_class_has_its_colour_and_its_boundary():
    two = colours(np.array([[0.0, 1.0], [0.5, np.nan]]))
    assert len(np.unique(two.reshape(-1, 3), axis=0)) == 3
    three = colours(np.eye(3)[None])[0]  # three points, each sure of another class
    assert len(np.unique(three, axis=0)) == 3
    (height,) = margins(np.array([[0.2, 0.5, 0.7]]))
    np.testing.assert_allclose(height, [[-0.3, 0, 0.2]])
    first, second, third = margins(np.array([[[0.2, 0.5, 0.3]]]))
    np.testing.assert_allclose([first, second, third], [[[-0.3]], [[0.2]], [[-0.2]]])


@pytest.mark.parametrize(("k", "data"), [*enumerate([*DATA, OWN])])
def test_every_still_picture(k, data):
    own = moons(30, 0.1) if data == OWN else data
    explorer = explore_training(data=own, layers=3 * (k % 2), units=8, steps=10)
    _, words = still(explorer)
    assert f"on {data}" in words
    assert "Step 10" in words


def test_the_still_picture_and_the_words_follow():
    explorer = explore_training()
    before, words = still(explorer)
    assert "2-4-1 network on moons, SGD, learning rate 0.3" in words
    assert "Step 0, epoch 0" in words
    assert words == explorer.describe() == repr(explorer)
    after, words = still(explorer.set(data="three spirals", layers=2, units=6, steps=5))
    assert "2-6-6-3 network on three spirals" in words
    assert "12 hidden units" in words
    assert "Step 5" in words
    assert before.shape != after.shape or (before != after).any()
    assert "2-3 network" in explorer.set(layers=0).describe()
    _, words = still(explore_training(lr=30.0, weight_decay=0.1, steps=300))
    assert "no longer a finite number" in words


# what page and Python tell each other


def test_steps_that_are_set_are_taken_and_settings_begin_anew():
    explorer = explore_training(steps=2001, pace=1)
    expected = TrainingRun(Settings())
    expected.step(2001)
    assert explorer.run.train_losses[-1] == expected.train_losses[-1]
    assert 200 <= len(explorer.run.at) <= 203
    assert explore_training(steps=30).run.at == list(range(0, 31, 5))
    assert explorer.set(units=8).steps == 0
    assert explorer.run.steps == 0
    assert explorer.set(lr=0.01, steps=40).run.steps == 40
    assert explorer.set(lr=0.1).steps == 40  # a new rate goes on
    assert explorer.set(units=2, steps=7).run.steps == 7
    assert len(explorer.set(added=[[0.5, 0.5, 1]]).run.train) == 141


def test_weights_that_the_page_sends_are_those_of_the_run():
    explorer = explore_training(units=2)
    sent = [[1.0, 2.0, 3.0, 4.0], [0.5, -0.5], [1.0, -1.0], [0.25]]
    explorer.set_state({"weights": sent, "steps": 35, "lr": 1})
    assert [p.data.ravel().tolist() for p in explorer.run.model.parameters()] == sent
    assert explorer.set(units=3).weights == []


def test_settings_can_be_given():
    explorer = explore_training(
        data="XOR", units=3, activation="sigmoid", loss=SQUARED, lr=2.0, batch=8, weight_decay=0.02
    )
    assert explorer.units == 3
    assert explorer.run.settings.loss == SQUARED
    assert explorer.run.settings.batch == 8
    assert explorer.run.settings.weight_decay == 0.02
    assert isinstance(explorer.run.loss_fn, nn.MSELoss)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        *(({"depth": 3}, "no setting depth"), ({"lr": 1000}, "expected lr from")),
        *(({"pace": 7}, "expected pace to be one of"), ({"steps": -1}, "expected steps")),
        *(({"data": "mnist"}, "expected data to be one of"), ({"data": OWN}, r"data=\(X, y\)")),
    ],
)
def test_settings_that_do_not_exist(settings, says):
    with pytest.raises(ValueError, match=says):
        explore_training(**settings)


def test_settings_that_do_not_exist_are_not_set_later():
    for settings, says in (({"units": 9}, "expected units from"), ({"depth": 9}, "no setting")):
        with pytest.raises(ValueError, match=says):
            explore_training().set(**settings)


PRESETS = """
import { advance, look, makeRun } from "HERE/training_model.js";
import { DEFAULTS, PRESETS } from "HERE/training.js";
const ends = Object.fromEntries(Object.entries(PRESETS).map(([name, preset]) => {
  const run = makeRun({ ...DEFAULTS, ...preset });
  const first = look(run, 4).right[0];
  for (let k = 0; k < 150; k++) advance(run, 10);
  const { chances, right, train, dead, trainLosses, validationLosses, broken } = look(run, 4);
  const share = right[0] / train.length;
  const losses = [trainLosses.at(-1), validationLosses.at(-1), Math.min(...validationLosses)];
  return [name, { chances: [...chances], first, share, dead, losses, broken }];
}));
process.stdout.write(JSON.stringify(ends));
"""


def test_the_presets_do_what_they_say(tmp_path):
    ends = answers(PRESETS, tmp_path, None)
    assert ends["XOR learns"]["share"] == 1
    np.testing.assert_allclose(ends["XOR never learns"]["chances"], 0.5, atol=0.01)
    assert ends["Too small"]["share"] < 0.8
    assert ends["Large enough"]["share"] > 0.9
    train, validation, lowest = ends["Overfits"]["losses"]
    assert train < 0.02
    assert validation > 1.5 * lowest
    dead, units = ends["Units die"]["dead"]
    assert dead > units / 2
    assert "no longer a finite number" in ends["Explodes"]["broken"]
    assert [name for name, end in ends.items() if end["broken"]] == ["Explodes"]


# the learner's own network and data


def own_network(outputs=1, *last):
    nnlib.manual_seed(2)
    return nn.Sequential(nn.Linear(2, 12), nn.ReLU(), nn.Linear(12, outputs), *last)


class Page:
    """What the page does with a learner's network: it asks, and gets what there is to draw."""

    def __init__(self, explorer):
        self.explorer, self.sent = explorer, []
        explorer.send = lambda content, buffers=None: self.sent.append((content, buffers))

    def ask(self, count=0, begin=False, added=(), **changes):
        explorer = self.explorer
        settings = {**vars(explorer.chosen()), **changes}
        message = {"begin": begin, "count": count, "every": 5, "settings": settings}
        message["added"] = list(added)
        explorer.answer(explorer, json.loads(json.dumps(message)), [])
        content, buffers = self.sent[-1]
        if "error" in content:
            return content["error"], None
        view = types.SimpleNamespace(**json.loads(json.dumps(content["view"])))
        return view, [np.frombuffer(one, np.float32) for one in buffers]


def test_an_own_network_is_copied_and_trained_by_python():
    model = own_network()
    before = model.state_dict()
    explorer = explore_training(model, data="circles", lr=0.1)
    page = Page(explorer)
    view, pictures = page.ask(begin=True)
    assert view.steps == 0
    assert view.widths == [2, 12, 1]
    assert view.hidden == [{"kind": "ReLU", "units": 8}]  # so many are drawn
    assert [len(one) for one in pictures] == [SIDE**2, 8 * SIDE**2]
    for _ in range(3):
        later, _ = page.ask(20)
    assert later.steps == 60
    assert later.trainLosses[-1] < view.trainLosses[0]
    assert len(later.train) == 140
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    assert not np.array_equal(explorer.run.model[0].weight.data, before["0.weight"])
    assert explorer.run.steps == 60
    assert "your network on circles" in explorer.describe()
    slower, _ = page.ask(1, lr=0.001)
    assert slower.steps == 61
    assert explorer.run.optimizer.lr == 0.001
    more, _ = page.ask(0, added=[[0.1, 0.2, 1]])
    assert len(more.train) == 141
    assert len(page.ask(5, added=[[0.1, 0.2, 1]])[0].train) == 141
    again, _ = page.ask(begin=True)
    assert again.steps == 0
    np.testing.assert_array_equal(explorer.run.model[0].weight.data, before["0.weight"])


def test_the_pictures_for_the_page_have_row_0_at_the_top():
    explorer = explore_training(own_network())
    _, (chances, hidden) = Page(explorer).ask(5, begin=True)
    seen, (units,) = explorer.run.look(SIDE)
    np.testing.assert_allclose(chances.reshape(SIDE, SIDE), seen[::-1], atol=1e-6)
    np.testing.assert_allclose(hidden.reshape(SIDE, SIDE, 8)[..., 3], units[3, ::-1], atol=1e-6)


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
    view, _ = Page(explorer).ask(600, begin=True)
    assert view.right[0] / len(view.train) > 0.9


def test_a_network_of_float64_and_the_loop_written_out_agree():
    model = own_network(1, nn.Sigmoid()).to(np.float64)
    explorer = explore_training(model, XOR, loss=SQUARED, lr=1.0, batch=0, steps=20)
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
    assert explorer.data == OWN
    assert len(explorer.run.train) == 80
    left, right, *_ = explorer.run.frame
    assert 2000 < left < 4000
    assert 6000 < right < 8000
    still(explorer)
    assert explorer.set(data="circles").run.settings.data == "circles"
    assert explore_training(data=XOR).run.validation is None  # too few
    assert len(explore_training(data=XOR, validation=0.5).run.validation) == 2
    assert explore_training(data=(x, y[:, None])).run.classes == 2
    assert explore_training(data=(x, np.arange(100) % 5)).run.outputs == 5


def test_a_network_of_three_outputs_gets_three_classes():
    assert explore_training(own_network(3)).data == "three spirals"
    three = np.eye(3)[:, :2], [0, 1, 2]
    for outputs, data in ((1, "three spirals"), (1, three), (2, three)):
        with pytest.raises(ValueError, match=r"\d outputs?, and the data has 3 classes"):
            explore_training(own_network(outputs), data)


def test_what_does_not_fit_or_fails_is_said_in_the_page():
    page = Page(explore_training(own_network(2, nn.Softmax())))
    page.ask(begin=True)
    words, _ = page.ask(begin=True, loss="cross-entropy")
    assert "would be applied twice" in words
    view, _ = page.ask(5, begin=True)
    assert view.steps == 5

    class Tired(nn.Tanh):
        def backward(self, dy):
            raise RuntimeError("I am tired")

    page = Page(explore_training(nn.Sequential(nn.Linear(2, 3), Tired(), nn.Linear(3, 1))))
    page.ask(begin=True)
    assert page.ask(1)[0] == "I am tired"
    assert page.ask(1)[0].broken == "Training stopped: I am tired"


def test_a_network_that_is_broken_from_the_start():
    model = own_network()
    model[0].weight.data[...] = np.inf
    explorer = explore_training(model)
    assert "within 0 steps" in explorer.describe()
    still(explorer)
    assert "within 0 steps" in Page(explorer).ask(5, begin=True)[0].broken


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
