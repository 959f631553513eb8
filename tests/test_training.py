import contextlib
import io
import math
import warnings

import numpy as np
import pytest
import torch

import nnlib
from nnlib import nn, optim
from nnlib.data import ArrayDataset, DataLoader, to_float
from nnlib.datasets import circles, gate, mnist, moons
from nnlib.training import (
    TrainingError,
    check_last_layer,
    epochs,
    evaluate,
    fit,
    predict,
    step,
    train_epoch,
)
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


def test_predict_names_a_transform_that_loses_examples():
    with pytest.raises(ValueError, match=r"predict expected 4 outputs, one per example, got 1"):
        predict(nn.Linear(2, 1), np.ones((4, 2)), transform=lambda x: x[:1])


def test_predict_refuses_nothing():
    with pytest.raises(ValueError, match=r"predict expected at least one example, got an arr"):
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


@pytest.mark.parametrize(
    ("patience", "message"),
    [
        (2, r"patience expected a validation set. Pass"),
        (0, r"patience, expected 1 or more"),
    ],
)
def test_patience_needs_a_validation_set(toy, patience, message):
    model = network()
    sgd = optim.SGD(model.parameters(), 0.1)
    with pytest.raises(ValueError, match=message):
        fit(model, nn.CrossEntropyLoss(), sgd, DataLoader(toy[0], 50), patience=patience)


class Ends(optim.SGD):
    """Raises `error` in step 2 of the epoch; an epoch has 4 steps."""

    error, epoch = None, 1

    def step(self):
        super().step()
        if self.error and self.steps == 4 * (self.epoch - 1) + 2:
            raise self.error


class Scripted(nn.CrossEntropyLoss):
    """What it says of the validation set of 100 is taken from `script`, epoch by epoch."""

    def forward(self, input, target):
        loss = super().forward(input, target)
        return self.script.pop(0) if len(target) == 100 else loss


NAN, INF = math.nan, math.inf
LOSSES = {
    "finite": ([3.0, 2.0, 4.0, 5.0, 6.0], 2),  # and the best epoch
    "NaN first": ([NAN, 2.0, 4.0, 5.0, 6.0], 2),
    "infinite first": ([INF, 2.0, 4.0, 5.0, 6.0], 2),
    "NaN later": ([3.0, NAN, NAN, NAN, NAN], 1),
    "always NaN": ([NAN] * 5, None),
    "always infinite": ([INF] * 5, None),
}
WAYS = ("last epoch", "patience", "interrupt", "training error", "other error", "first epoch")


@pytest.mark.parametrize("progress", [True, False])
@pytest.mark.parametrize("patience", [True, False])
@pytest.mark.parametrize("losses", LOSSES)
@pytest.mark.parametrize("way", WAYS)
def test_every_way_out_of_fit(toy, capsys, way, losses, patience, progress):
    script, best = LOSSES[losses]
    errors = {
        "interrupt": KeyboardInterrupt(),
        "training error": TrainingError("The loss became nan"),
        "other error": MemoryError(),
        "first epoch": KeyboardInterrupt(),
    }
    model, loss_fn, seen = network(), Scripted(), []
    loss_fn.script = list(script)
    optimizer = Ends(model.parameters(), lr=0.1)
    optimizer.error, optimizer.epoch = errors.get(way), 1 if way == "first epoch" else 4
    loader, patient = DataLoader(toy[0], 50), {"patience": 2 if way == "patience" else 9}

    class Watched(ArrayDataset):
        def __getitem__(self, i):
            seen.append(model.state_dict())  # as it is measured, after each epoch
            return super().__getitem__(i)

    val = Watched(toy[1].x, toy[1].y)
    raised = history = None
    try:
        history = fit(
            *(model, loss_fn, optimizer, loader, val, 5),
            **(patient if patience else {}),
            progress=progress,
        )
    except (TrainingError, MemoryError) as error:
        raised = error
    said = capsys.readouterr().out.split("\r")[-1]
    passed_on = errors[way] if way in ("training error", "other error") else None
    assert type(raised) is type(passed_on)
    epochs_done = {"interrupt": 3, "training error": 3, "other error": 3, "first epoch": 0}
    done = epochs_done.get(way, 5)
    if way == "patience" and patience:
        done = min(5, (best or 0) + 2)
    assert len(seen) == done
    if history is not None:
        assert len(history.epochs) == done
    assert not any(module.training for module in model.modules())
    weights = model.state_dict()
    if patience and best and done:
        assert all(np.array_equal(weights[n], seen[best - 1][n]) for n in weights)
        must_say = progress or way in ("interrupt", "training error", "other error")
        assert (
            f"The weights of epoch {best}, the best, are back in the model." in said
        ) == must_say
        assert "keeps" not in said
    else:
        moved = way in epochs_done
        assert done == 0 or moved != np.array_equal(weights["0.weight"], seen[-1]["0.weight"])
        assert "are back" not in said
        never = patience and done > 0
        assert ("No val loss was a finite number." in said) == never
        assert ("The model keeps the weights that it has now." in said) == (moved or never)
    assert ("Stopped by hand." in said) == (way in ("interrupt", "first epoch"))


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
        r"Epoch 2, batch 3: The loss became nan: the first parameter that is no longer finite is "
        r"2.bias. Before .* Try a smaller learning rate, scaled inputs, or nn.utils.clip_grad_norm_"
    )
    with pytest.raises(TrainingError, match=message):
        for _ in epochs(model, nn.CrossEntropyLoss(), optimizer, DataLoader(toy[0], 50)):
            pass


def test_a_learning_rate_that_is_far_too_large_stops_training():
    x = numbers((40, 2), np.float32)
    model = nn.Sequential(nn.Linear(2, 8), nn.Linear(8, 1))
    optimizer = optim.SGD(model.parameters(), lr=100)
    loader = DataLoader(ArrayDataset(x, x[:, :1]), batch_size=10)
    # no warning of NumPy's comes before the sentence: pytest would show it as an error
    with pytest.raises(TrainingError, match=r"loss became (inf|nan): "):
        for _ in epochs(model, nn.MSELoss(), optimizer, loader, max_epochs=50):
            pass


def test_an_overflow_that_the_loss_does_not_show_is_said_once():
    model = nn.Sequential(nn.Linear(1, 1))
    adam = optim.Adam(model.parameters(), lr=0.01)  # it squares the gradients
    x, y = np.full((4, 1), 1e15, np.float32), np.zeros((4, 1), np.float32)
    with pytest.warns(RuntimeWarning, match=r"^Numbers grew too large .* loss is finite") as heard:
        loss, _ = train_epoch(model, nn.MSELoss(), adam, [(x, y), (x, y)])
    assert np.isfinite(loss)
    assert len(heard) == 1
    with np.errstate(over="ignore"):  # as asked
        step(model, nn.MSELoss(), adam, x, y)


def test_bad_numbers_in_a_batch_are_told_from_bad_parameters():
    batch = (np.array([[np.nan, 1]], np.float32), np.array([0]))
    model = network()
    with pytest.raises(TrainingError, match=r"became nan: x of this batch holds NaN or infinity"):
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


def test_what_grew_is_named_with_its_size_and_since_when():
    nnlib.manual_seed(0)
    x = 2000 + 500 * numbers((100, 3), np.float32)  # square metres, say, and prices
    data = ArrayDataset(x, 3e5 + 1e5 * numbers((100, 1), np.float32, seed=1))
    model = nn.Sequential(nn.Linear(3, 16), nn.Tanh(), nn.Linear(16, 1))
    loader, sgd = DataLoader(data, 10), optim.SGD(model.parameters(), lr=1.0)
    with pytest.raises(TrainingError) as caught:
        list(epochs(model, nn.MSELoss(), sgd, loader))
    sizes = {name: np.abs(p.data).max() for name, p in model.named_parameters()}
    largest = max(sizes, key=sizes.get)
    assert sizes[largest] > 1e3
    text = str(caught.value)
    assert f"the largest entry is {sizes[largest]:.3g}, in {largest}; the largest input of" in text
    assert "Before training no entry was larger than 0.5" in text
    assert "The loss has been above its first value" in text
    assert "since batch 1 of epoch 1" in text


def test_one_step_by_hand_and_a_step_that_cannot_be_taken():
    model = nn.Sequential(nn.Linear(1, 1))
    model[0].weight.data[:], model[0].bias.data[:] = 2, 1
    sgd = optim.SGD(model.parameters(), lr=0.1)
    loss, outputs = step(model, nn.MSELoss(), sgd, np.array([[3.0]]), np.array([[5.0]]))
    assert (loss, outputs.tolist()) == (4.0, [[7.0]])
    assert model[0].weight.data[0, 0] == pytest.approx(2 - 0.1 * 2 * 2 * 3)
    assert model[0].bias.data[0] == pytest.approx(1 - 0.1 * 2 * 2)
    before = model.state_dict()
    with pytest.raises(TrainingError, match=r"loss became inf: all p"):
        step(model, nn.MSELoss(), sgd, np.array([[3e30]]), np.array([[5.0]]))
    assert model.state_dict() == before


def test_an_epoch_is_a_step_on_every_batch(toy):
    batches, seen = list(DataLoader(toy[0], 64)), []
    one, other = network(), network()
    sgd = optim.SGD(one.parameters(), 0.1)
    loss, accuracy = train_epoch(one, nn.CrossEntropyLoss(), sgd, batches, seen.append)
    sgd = optim.SGD(other.parameters(), 0.1)
    done = [step(other, nn.CrossEntropyLoss(), sgd, x, y) for x, y in batches]
    assert seen == [loss for loss, _ in done]
    assert loss == pytest.approx(np.average(seen, weights=[64, 64, 64, 8]))
    right = [
        (outputs.argmax(axis=1) == y) for (_, outputs), (_, y) in zip(done, batches, strict=True)
    ]
    assert accuracy == np.concatenate(right).mean()
    assert not one.training


ACCURACIES = {
    # one-hot rows: the largest logit counts, and images are counted, not entries
    "one-hot": (nn.BCEWithLogitsLoss(), [[-1, -2, -3], [2, 3, -1]], [[1, 0, 0], [1, 0, 0]], 0.5),
    # several labels for an image: it is right when all of them are
    "multi-label": (nn.BCEWithLogitsLoss(), [[1, 1, -1], [1, -1, -1]], [[1, 1, 0], [0, 0, 0]], 0.5),
    "column": (nn.BCELoss(), [[0.2], [0.7], [0.9]], [[0], [1], [0]], 2 / 3),
    "flat": (nn.BCEWithLogitsLoss(), [0.2, 0.7, -0.9], [0, 1, 0], 2 / 3),
    "no classes": (nn.BCELoss(), [[0.2], [0.7]], [[0.3], [0.7]], None),
    "squared": (nn.MSELoss(), [[0.2], [0.7]], [[0], [1]], None),
    "labels": (nn.CrossEntropyLoss(), [[1, 2], [2, 1]], [1, 1], 0.5),
}


@pytest.mark.parametrize("size", [1, 2, 250])
@pytest.mark.parametrize("case", ACCURACIES)
def test_accuracy_counts_examples_however_they_are_batched(case, size):
    loss_fn, outputs, targets, accuracy = ACCURACIES[case]
    data = ArrayDataset(np.array(outputs, np.float32), targets)
    assert evaluate(nn.Sequential(), loss_fn, data, size)[1] == accuracy


def test_labels_of_a_few_images_under_bce_are_those_of_mnist():
    nnlib.manual_seed(0)
    (x, y), _ = mnist()
    x, y = to_float(x[:500]).reshape(-1, 784), y[:500]
    model = nn.Sequential(nn.Linear(784, 10))
    data = ArrayDataset(x, np.eye(10)[y])
    adam = optim.Adam(model.parameters(), 0.01)
    history = fit(model, nn.BCEWithLogitsLoss(), adam, DataLoader(data, 50), data, progress=False)
    right = (predict(model, x).argmax(axis=1) == y).mean()
    assert history["val_accuracy"][-1] == right
    assert 0.5 < history["train_accuracy"][-1] < 1


def test_train_accuracy_is_measured_while_it_learns(toy):
    model = network()
    sgd = optim.SGD(model.parameters(), lr=1e-9)  # next to nothing changes
    history = fit(model, nn.CrossEntropyLoss(), sgd, DataLoader(toy[0], 30), progress=False)
    right = evaluate(model, nn.CrossEntropyLoss(), toy[0])[1]
    assert history["train_accuracy"] == [pytest.approx(right)] * 5


WORDS = {
    "a rate": ({"lr": 0.1}, r"The learning rate belongs to the optimizer: .*lr=0.001\)"),
    "epochs": ({"epochs": 3}, r"fit has no argument epochs. Write max_epochs=5"),
    "other": ({"colour": 3}, r"fit has no argument colour"),
    "val loader": ({"val": DataLoader(ArrayDataset([[1.0]], [0]))}, r"Pass loader.dataset"),
    "val pair": (
        {"val": (np.ones((3, 2)), np.ones(3))},
        r"val expected .* Pass ArrayDataset\(x, y",
    ),
    "a data set": ({"loader": ArrayDataset([[1.0]], [0])}, r"Try DataLoader\(data, 64"),
    "a pair": (
        {"loader": (np.ones((3, 2)), np.ones(3))},
        r"got an array .* Try DataLoader",
    ),
    "used up": ({"loader": iter([(np.ones((1, 2)), [0])])}, r"no batch: a generator lasts one ep"),
    "a class": (
        {"loss_fn": nn.CrossEntropyLoss},
        r"such as nn.Cross.*\(\), got the class",
    ),
    "parameters": ({"optimizer": []}, r"optimizer expected .* got a list"),
    "a number": ({"scheduler": 0.1}, r"scheduler expected .* The learning rate itself belongs"),
    "float": ({"max_epochs": 2.0}, r"max_epochs expected a whole number, got 2.0. Write 2"),
}


@pytest.mark.parametrize("case", WORDS)
def test_fit_says_what_belongs_where(toy, case):
    wrong, message = WORDS[case]
    model = network()
    arguments = {
        "model": model,
        "loss_fn": nn.CrossEntropyLoss(),
        "optimizer": optim.SGD(model.parameters(), 0.1),
        "loader": DataLoader(toy[0], 50),
        "progress": False,
    }
    with pytest.raises((TypeError, ValueError), match=message):
        fit(**arguments | wrong)


def test_an_optimizer_of_another_network_is_noticed(toy):
    sgd = optim.SGD(network().parameters(), 0.1)
    with pytest.raises(ValueError, match=r"holds none of model.parameters\(\): make it"):
        fit(network(), nn.CrossEntropyLoss(), sgd, DataLoader(toy[0], 50), progress=False)


def test_an_optimizer_made_before_a_layer_was_replaced_is_noticed(toy):
    model, loss_fn, loader = network(), nn.CrossEntropyLoss(), DataLoader(toy[0], 32)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    model[-1] = nn.Linear(model[-1].in_features, model[-1].out_features)
    with pytest.warns(UserWarning, match=r"make the optimizer again"):
        fit(model, loss_fn, optimizer, loader, max_epochs=1, progress=False)
    other = optim.lr_scheduler.StepLR(optim.SGD(model.parameters(), lr=0.1), 1)
    with pytest.raises(ValueError, match=r"got another's: make it again"):
        fit(model, loss_fn, optimizer, loader, scheduler=other, progress=False)


def test_part_of_a_network_and_two_networks_train_without_a_word(toy):
    model, other, loss_fn = network(), network(), nn.CrossEntropyLoss()
    for params in (model[-1].parameters(), [*model.parameters(), *other.parameters()]):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            optimizer = optim.SGD(params, lr=0.1)
            fit(model, loss_fn, optimizer, DataLoader(toy[0], 32), max_epochs=1, progress=False)


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
