import contextlib
import io
import math

import numpy as np
import pytest
import torch

import nnlib
from nnlib import nn, optim
from nnlib.data import ArrayDataset, DataLoader, to_float
from nnlib.datasets import circles, gate, moons
from nnlib.training import TrainingError, check_last_layer, epochs, evaluate, fit, predict
from tests.nn.helpers import numbers, torch_state


def network(*last):
    nnlib.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2), *last)


@pytest.fixture(scope="module")
def toy():
    nnlib.manual_seed(0)
    return ArrayDataset(*moons(200)), ArrayDataset(*moons(100))


def test_training_as_torch():
    nnlib.manual_seed(0)
    x, y = circles(64)
    model = network().to(np.float64)
    twin = torch.nn.Sequential(torch.nn.Linear(2, 16), torch.nn.ReLU(), torch.nn.Linear(16, 2))
    twin.double().load_state_dict(torch_state(model))
    theirs = torch.optim.Adam(twin.parameters(), lr=0.01)
    loader = DataLoader(ArrayDataset(x.astype(np.float64), y), batch_size=10)
    losses = []
    for metrics in epochs(
        model, nn.CrossEntropyLoss(), optim.Adam(model.parameters(), lr=0.01), loader, max_epochs=5
    ):
        total = 0
        for batch_x, batch_y in loader:
            theirs.zero_grad()
            loss = torch.nn.functional.cross_entropy(
                twin(torch.tensor(batch_x)), torch.tensor(batch_y)
            )
            loss.backward()
            theirs.step()
            total += loss.item() * len(batch_x)
        losses.append((metrics.train_loss, total / len(x)))
    np.testing.assert_allclose(*zip(*losses, strict=True), rtol=1e-10)
    for name, tensor in twin.state_dict().items():
        np.testing.assert_allclose(model.state_dict()[name], tensor, rtol=1e-9, atol=1e-10)


def test_epochs_measure_and_leave_the_model_in_eval_mode(toy):
    nnlib.manual_seed(0)
    model, seen = network(nn.Dropout(0.1)), []
    optimizer = optim.Adam(model.parameters(), lr=0.02)
    loader = DataLoader(toy[0], batch_size=32, shuffle=True)
    cycle = optim.lr_scheduler.OneCycleLR(optimizer, 0.02, 10 * len(loader))
    history = []
    for metrics in epochs(
        model, nn.CrossEntropyLoss(), optimizer, loader, toy[1], 10, cycle, seen.append
    ):
        assert not model.training
        assert cycle.last_epoch == len(seen)
        history.append(metrics)
    assert [m.epoch for m in history] == list(range(1, 11))
    assert len(seen) == 10 * 7
    sizes = [32] * 6 + [8]
    assert history[0].train_loss == pytest.approx(np.average(seen[:7], weights=sizes))
    assert history[-1].val_loss < history[0].val_loss
    assert history[-1].val_accuracy > 0.8
    assert all(m.seconds > 0 for m in history)
    loss, accuracy = evaluate(model, nn.CrossEntropyLoss(), toy[1])
    assert (loss, accuracy) == (history[-1].val_loss, history[-1].val_accuracy)


def test_epochs_train_a_custom_network_that_gives_its_input_gradient(toy):
    class Mine(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(2, 2)

        def forward(self, x):
            return self.layer(x)

        def backward(self, dy):
            return self.layer.backward(dy)

    model = Mine()
    before = model.state_dict()["layer.weight"]
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    next(epochs(model, nn.CrossEntropyLoss(), optimizer, DataLoader(toy[0], 50)))
    assert not np.array_equal(model.layer.weight.data, before)


def test_predict_is_in_eval_mode_and_puts_the_mode_back():
    model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5))
    x = numbers((25, 3), np.float32)
    whole = model.eval()(x)
    for mode in (True, False):
        model.train(mode)
        np.testing.assert_allclose(predict(model, x, batch_size=10), whole, rtol=1e-6)
        assert all(m.training is mode for m in model.modules())
    images = np.arange(12, dtype=np.uint8).reshape(4, 3)
    np.testing.assert_allclose(predict(model, images, to_float), model(to_float(images)))


def test_predict_refuses_nothing():
    with pytest.raises(ValueError, match=r"predict expected at least one example, got none"):
        predict(nn.Linear(2, 2), np.zeros((0, 2)))


def test_evaluate_by_hand():
    same = nn.Sequential()
    logits = np.array([[2.0, 0], [0, 1], [3, 0]])
    loss, accuracy = evaluate(same, nn.CrossEntropyLoss(), ArrayDataset(logits, [0, 0, 0]))
    expected = [math.log1p(math.exp(-2)), math.log1p(math.e), math.log1p(math.exp(-3))]
    assert loss == pytest.approx(np.mean(expected))
    assert accuracy == pytest.approx(2 / 3)
    column, target = np.array([[0.2], [0.7], [0.9], [0.4]]), np.array([[0], [1], [0], [0]])
    assert evaluate(same, nn.BCELoss(), ArrayDataset(column, target))[1] == 0.75
    assert evaluate(same, nn.BCEWithLogitsLoss(), ArrayDataset(column, target))[1] == 0.25
    assert evaluate(same, nn.MSELoss(), ArrayDataset(column, column)) == (0, None)


def test_fit_returns_its_history_and_shows_progress(toy):
    model, out = network(), io.StringIO()
    optimizer = optim.Adam(model.parameters())
    with contextlib.redirect_stdout(out):
        history = fit(
            model, nn.CrossEntropyLoss(), optimizer, DataLoader(toy[0], 50), toy[1], max_epochs=2
        )
    assert len(history["train_loss"]) == 2
    assert "8/8" in out.getvalue()
    assert "val accuracy" in out.getvalue()


def test_early_stopping_puts_the_best_weights_back(toy):
    nnlib.manual_seed(1)
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=0.5)
    train, val = toy
    opposite = ArrayDataset(val.x, 1 - val.y)  # the better the training, the worse this gets
    history = fit(
        model,
        nn.CrossEntropyLoss(),
        optimizer,
        DataLoader(train, 50),
        opposite,
        max_epochs=50,
        patience=3,
        progress=False,
    )
    losses = history["val_loss"]
    assert len(losses) == int(np.argmin(losses)) + 1 + 3
    assert evaluate(model, nn.CrossEntropyLoss(), opposite)[0] == pytest.approx(min(losses))


@pytest.mark.parametrize("options", [{"patience": 2}, {"patience": 0, "val": True}])
def test_patience_needs_a_validation_set(toy, options):
    val = toy[1] if options.get("val") else None
    model = network()
    with pytest.raises(ValueError, match=r"patience expected 1 or more epochs, and a validation"):
        fit(
            model,
            nn.CrossEntropyLoss(),
            optim.SGD(model.parameters()),
            DataLoader(toy[0], 50),
            val,
            patience=options["patience"],
        )


def test_stopping_by_hand_keeps_what_was_learned(toy, capsys):
    class Interrupted(optim.SGD):
        def step(self):
            super().step()
            if self.steps == 6:
                raise KeyboardInterrupt

    model = network()
    before = model.state_dict()
    optimizer = Interrupted(model.parameters(), lr=0.1)
    history = fit(model, nn.CrossEntropyLoss(), optimizer, DataLoader(toy[0], 50), progress=False)
    assert len(history.epochs) == 1
    assert not model.training
    assert not np.array_equal(model.state_dict()["0.weight"], before["0.weight"])
    assert "Stopped by hand" in capsys.readouterr().out


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_parameter_that_went_bad_is_named(toy, bad):
    model = network()

    class Poisoned(optim.SGD):
        def step(self):
            super().step()
            if self.steps == 6:  # in epoch 2, batch 2 of 4
                model[2].bias.data[0] = bad

    optimizer = Poisoned(model.parameters(), lr=0.01)
    message = (
        r"loss became nan in epoch 2, batch 3; the first parameter that went bad is 2.bias. "
        r"Try a smaller learning rate, scaled inputs, or clip_grad_norm_"
    )
    with np.errstate(invalid="ignore"), pytest.raises(TrainingError, match=message):
        for _ in epochs(model, nn.CrossEntropyLoss(), optimizer, DataLoader(toy[0], 50)):
            pass


def test_a_learning_rate_that_is_far_too_large_stops_training():
    x = numbers((40, 2), np.float32)
    model = nn.Sequential(nn.Linear(2, 8), nn.Linear(8, 1))
    optimizer = optim.SGD(model.parameters(), lr=100)
    loader = DataLoader(ArrayDataset(x, x[:, :1]), batch_size=10)
    with np.errstate(all="ignore"), pytest.raises(TrainingError, match=r"loss became (inf|nan) in"):
        for _ in epochs(model, nn.MSELoss(), optimizer, loader, max_epochs=50):
            pass


def test_bad_numbers_in_a_batch_are_told_from_bad_parameters():
    batch = (np.array([[np.nan, 1]], np.float32), np.array([0]))
    model = network()
    with pytest.raises(TrainingError, match=r"all parameters are finite, so look at the inputs"):
        next(epochs(model, nn.CrossEntropyLoss(), optim.SGD(model.parameters()), [batch]))


def test_softmax_before_cross_entropy_is_noticed_from_the_last_layer(toy):
    message = r"CrossEntropyLoss expected logits, and the network ends in Softmax"
    for model in (network(nn.Softmax()), nn.Sequential(network(), nn.Sequential(nn.Softmax()))):
        optimizer = optim.SGD(model.parameters())
        with pytest.raises(ValueError, match=message):
            next(epochs(model, nn.CrossEntropyLoss(), optimizer, DataLoader(toy[0], 50)))
        with pytest.raises(ValueError, match=message):
            fit(model, nn.CrossEntropyLoss(), optimizer, DataLoader(toy[0], 50), progress=False)
        with pytest.raises(ValueError, match=message):
            evaluate(model, nn.CrossEntropyLoss(), toy[1])


def test_check_last_layer():
    with pytest.raises(ValueError, match=r"BCEWithLogitsLoss .* ends in Sigmoid"):
        check_last_layer(network(nn.Sigmoid()), nn.BCEWithLogitsLoss())
    check_last_layer(network(nn.Sigmoid()), nn.BCELoss())
    check_last_layer(network(nn.Softmax()), nn.MSELoss())
    check_last_layer(nn.Sequential(), nn.CrossEntropyLoss())
    # values that look like probabilities are no reason to complain
    check_last_layer(network(nn.Sigmoid()), nn.CrossEntropyLoss())


def test_xor_is_learned():
    nnlib.manual_seed(0)
    x, y = gate("xor")
    data = ArrayDataset(x, y.reshape(-1, 1))
    model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = optim.Adam(model.parameters(), lr=0.1)
    fit(model, nn.BCEWithLogitsLoss(), optimizer, DataLoader(data, 4), data, 100, progress=False)
    loss, accuracy = evaluate(model, nn.BCEWithLogitsLoss(), data)
    assert accuracy == 1
    assert loss < 0.05
