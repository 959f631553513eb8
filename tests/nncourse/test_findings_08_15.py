"""Answers that were once judged wrongly, or explained by a sentence that was not true of them."""

import numpy as np
import pytest
import torch

import nnlib
from nncourse import exercises
from nncourse.judging import timelimit
from nnlib import datasets, nn, optim
from nnlib.data import ArrayDataset, DataLoader, to_float
from nnlib.training import fit, predict
from tests.nncourse.test_exercises_gate import judged

# 08 ---------------------------------------------------------------------------------------------


def column_made_of_targets(outputs, targets):
    return np.mean((outputs - targets[:, None]) ** 2)


def returned_error(outputs, targets):
    if outputs.size != targets.size:
        return ValueError("x")
    return np.mean((outputs.ravel() - targets.ravel()) ** 2)


def one_step_with(bias=lambda d: d.sum(axis=0), lr_counts=True):
    """08.2 with another sum for the biases."""

    def one_step(X, T, parameters, lr):
        W1, b1, W2, b2 = parameters
        A1 = 1 / (1 + np.exp(-(X @ W1.T + b1)))
        A2 = 1 / (1 + np.exp(-(A1 @ W2.T + b2)))
        dZ2 = (A2 - T) / len(X) * A2 * (1 - A2)
        dZ1 = dZ2 @ W2 * A1 * (1 - A1)
        slopes = dZ1.T @ X, bias(dZ1), dZ2.T @ A1, bias(dZ2)
        lr = lr if lr_counts else 1.0
        return [p - lr * slope for p, slope in zip(parameters, slopes, strict=True)]

    return one_step


step_with_sum_of_all = one_step_with(bias=lambda d: d.sum())
step_along_the_rows = one_step_with(bias=lambda d: d.sum(axis=1))
step_without_lr = one_step_with(lr_counts=False)


# 09 ---------------------------------------------------------------------------------------------


def adam_1e_8_outside(p, g, m, v, t, lr):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    mh, vh = m / (1 - 0.9**t), v / (1 - 0.999**t)
    return p - lr * mh / np.sqrt(vh) + 1e-8, m, v


def roll_plain(params, gradients, lr, mu):
    params = [p.copy() for p in params]
    for step in gradients:
        for p, g in zip(params, step, strict=True):
            p -= lr * g
    return params


def roll_returns_early(params, gradients, lr, mu):
    params = [p.copy() for p in params]
    velocities = [np.zeros_like(p) for p in params]
    for step in gradients:
        for p, v, g in zip(params, velocities, step, strict=True):
            v *= mu
            v += g
            p -= lr * v
        return params
    return params


def roll_as_one_array(params, gradients, lr, mu):
    P = np.array(params)
    V = np.zeros_like(P)
    for step in gradients:
        V = mu * V + np.array(step)
        P = P - lr * V
    return list(P)


# 10 ---------------------------------------------------------------------------------------------


def start_without_brackets(shape, activation):
    o, i = shape
    if activation == "tanh":
        return np.sqrt(2 / i + o)
    if activation == "ReLU":
        return np.sqrt(2 / i)
    raise ValueError(activation)


def start_root_of_two(shape, activation):
    o, i = shape
    if activation == "tanh":
        return np.sqrt(2 / (i + o))
    if activation == "ReLU":
        return np.sqrt(2) / i
    raise ValueError(activation)


def norm_with_nnlib(z, gamma, beta):
    layer = nn.BatchNorm1d(z.shape[1])
    layer.weight.data[...], layer.bias.data[...] = gamma, beta
    return layer(z.astype(np.float32))


def clip_returns_early(gradients, limit):
    length = np.sqrt(sum(np.sum(g**2) for g in gradients))
    clipped = []
    for g in gradients:
        clipped.append(g * min(1, limit / length) if length else g)
        return clipped
    return clipped


def norm_without_beta(z, gamma, beta):
    return gamma * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + 1e-5)


# 11 ---------------------------------------------------------------------------------------------


def standardise_std_above_0(train, new):
    m, s = train.mean(axis=0), train.std(axis=0)
    s = np.where(s > 0, s, 1)
    return (train - m) / s, (new - m) / s


def standardise_new_by_itself(train, new):
    return (
        (train - train.mean(axis=0)) / train.std(axis=0),
        (new - new.mean(axis=0)) / new.std(axis=0),
    )


def split_in_place(x, y, n_val, n_test, seed):
    np.random.default_rng(seed).shuffle(x)
    np.random.default_rng(seed).shuffle(y)
    a, b = n_val, n_val + n_test
    return (x[b:], y[b:]), (x[:a], y[:a]), (x[a:b], y[a:b])


def split_from_the_end(x, y, n_val, n_test, seed):
    order = np.random.default_rng(seed).permutation(len(x))
    x, y = x[order], y[order]
    n = len(x) - n_test
    return (x[n_val:n], y[n_val:n]), (x[:n_val], y[:n_val]), (x[-n_test:], y[-n_test:])


def split_one_order_two_slices(x, y, n_val, n_test, seed):
    order = np.random.default_rng(seed).permutation(len(x))
    x, y, a, b = x[order], y[order[::-1]], n_val, n_val + n_test
    return (x[b:], y[b:]), (x[:a], y[:a]), (x[a:b], y[a:b])


def split_other_order(x, y, n_val, n_test, seed):
    order = np.random.default_rng(seed).permutation(len(x))
    x, y, a, b = x[order], y[order], n_val, n_val + n_test
    return (x[:a], y[:a]), (x[a:b], y[a:b]), (x[b:], y[b:])


def stop_minus_1(val_losses, patience):
    stop, best = exercises.find("11.4").reference(val_losses, patience)
    return stop - 1, best


# 12 to 15 ---------------------------------------------------------------------------------------


def read_idx_int64(data):
    return exercises.find("12.2").reference(data).astype(np.int64)


def read_idx_returns_the_error(data):
    if data[2] != 8:
        return ValueError("another type")
    return exercises.find("12.2").alternatives[0](data)


def read_idx_little(data):
    shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "little") for i in range(data[3])]
    if data[2] != 8:
        raise ValueError("I only know bytes")
    return np.frombuffer(data[4 + 4 * data[3] :], np.uint8).reshape(shape)


def read_idx_values_too_early(data):
    shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(data[3])]
    if data[2] != 8:
        raise ValueError("I only know bytes")
    return np.frombuffer(data[4:], np.uint8).reshape(shape)


def read_idx_refuses_all(data):
    raise ValueError("broken")


def read_raw_bytes(images, labels, new):
    """Learns from 0 to 1, and reads from 0 to 255."""
    nnlib.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
    loader = DataLoader(ArrayDataset(images, labels, transform=to_float), 64, shuffle=True)
    adam = optim.Adam(model.parameters(), lr=0.003)
    fit(model, nn.CrossEntropyLoss(), adam, loader, max_epochs=4, progress=False)
    return nn.functional.softmax(predict(model, new.astype(np.float32)))


def read_without_return(images, labels, new):
    nn.Linear(784, 10)


def confusion_answers_first(labels, answers, classes):
    counts = np.zeros((classes, classes))
    counts[answers, labels] += 1
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def confusion_answers_first_only(labels, answers, classes):
    counts = np.zeros((classes, classes))
    counts[answers, labels] += 1
    with np.errstate(all="ignore"):
        return counts / counts.sum(axis=1)


def gradients_of_none(a, m, s, x, t):
    return np.array([None, None, None])


def bump_with_torch_of_whole_numbers(a, m, s, x, t):
    """Three tensors, and MSELoss of PyTorch."""
    numbers = [torch.tensor(n, dtype=torch.float32, requires_grad=True) for n in (a, m, s)]
    x, t = (torch.from_numpy(array).float() for array in (x, t))
    y = numbers[0] * torch.exp(-(((x - numbers[1]) / numbers[2]) ** 2) / 2)
    torch.nn.functional.mse_loss(y, t).backward()
    return torch.stack([n.grad for n in numbers])


def bump_torch(exponent, kind=torch.float64, loss=lambda y, t: ((y - t) ** 2).mean()):
    def gradients(a, m, s, x, t):
        p = torch.tensor([a, m, s], dtype=kind, requires_grad=True)
        x, t = torch.tensor(x), torch.tensor(t)
        loss(p[0] * torch.exp(exponent(x - p[1], p[2])), t).backward()
        return p.grad.numpy()

    return gradients


def bump_with_abs(*arguments):
    right = bump_torch(lambda d, s: -(d**2) / (2 * s**2), loss=lambda y, t: (y - t).abs().mean())
    return right(*arguments)


def bump_of_int64(a, m, s, x, t):
    a, m, s = (torch.tensor(n, requires_grad=True) for n in (a, m, s))
    y = a * torch.exp(-((torch.tensor(x) - m) ** 2) / (2 * s**2))
    ((y - torch.tensor(t)) ** 2).mean().backward()
    return np.array([n.grad.item() for n in (a, m, s)])


def probabilities_unloaded(weights, x):
    hidden, inputs = weights["0.weight"].shape
    layers = torch.nn.Linear(inputs, hidden), torch.nn.Linear(hidden, len(weights["3.bias"]))
    model = torch.nn.Sequential(layers[0], torch.nn.ReLU(), torch.nn.Dropout(0.5), layers[1])
    with torch.no_grad():
        return model.eval()(torch.tensor(x)).softmax(dim=1).numpy()


def program(save_first=False, evaluates=True, what=lambda model: model.state_dict(), times=1):
    def train_and_save(train_set, test_set, file):
        layers = torch.nn.Linear(2, 16), torch.nn.ReLU(), torch.nn.Dropout(0.5)
        model = torch.nn.Sequential(*layers, torch.nn.Linear(16, 3))
        adam = torch.optim.Adam(model.parameters(), lr=0.02)
        if save_first:
            torch.save(model.state_dict(), file)
        for _ in range(6):
            for x, y in torch.utils.data.DataLoader(train_set, 30, shuffle=True):
                adam.zero_grad()
                torch.nn.functional.cross_entropy(model(x), y).backward()
                adam.step()
        if what and not save_first:
            torch.save(what(model), file)
        if evaluates:
            model.eval()
        (x, y), *_ = torch.utils.data.DataLoader(test_set, 300)
        return times * (model(x).argmax(dim=1) == y).float().mean().item()

    return train_and_save


program_that_saves_the_model = program(what=lambda model: model)
program_that_saves_nothing = program(what=None)
program_that_saves_first = program(save_first=True)
program_of_percent = program(times=100)


def program_without_eval(train_set, test_set, file):
    """With dropout on it says a little less; here always, so that no seed hides it."""
    said = program(evaluates=False)(train_set, test_set, file)
    return said - 0.02


def reader(transform=to_float, seed=0, lr=0.01):
    def read(images, labels):
        if seed is not None:
            nnlib.manual_seed(seed)
        model = nn.Sequential(nn.Flatten(), nn.Linear(784, 22), nn.ReLU(), nn.Linear(22, 10))
        loader = DataLoader(ArrayDataset(images, labels, transform=transform), 64, shuffle=True)
        adam = optim.Adam(model.parameters(), lr=lr)
        fit(model, nn.CrossEntropyLoss(), adam, loader, max_epochs=8, progress=False)
        return [p.data for p in model.parameters()]

    return read


reader_of_bytes = reader(lambda images: images.astype(np.float32), lr=0.003)
reader_divided_twice = reader(lambda images: to_float(images) / 255)


def reader_without_a_seed(images, labels):
    nnlib.manual_seed(int(np.random.default_rng().integers(1_000_000)))
    return reader(seed=None)(images, labels)


STAYS = nn.Sequential(nn.Flatten(), nn.Linear(784, 22), nn.ReLU(), nn.Linear(22, 10))


def reader_that_goes_on_training(images, labels):
    """Its network was made outside, so each call goes on where the last one ended."""
    nnlib.manual_seed(0)
    loader = DataLoader(ArrayDataset(images, labels, transform=to_float), 64, shuffle=True)
    adam = optim.Adam(STAYS.parameters(), lr=0.01)
    fit(STAYS, nn.CrossEntropyLoss(), adam, loader, max_epochs=3, progress=False)
    return [p.data for p in STAYS.parameters()]


def reader_of_the_test_images(images, labels):
    """The judge's own images, whatever comes."""
    return reader()(*datasets.mnist()[1])


def reader_with_tanh(images, labels):
    nnlib.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 22), nn.Tanh(), nn.Linear(22, 10))
    return trained(model, images, labels)


def reader_without_a_hidden_layer(images, labels):
    nnlib.manual_seed(0)
    return trained(nn.Sequential(nn.Flatten(), nn.Linear(784, 10)), images, labels)


def trained(model, images, labels):
    loader = DataLoader(ArrayDataset(images, labels, transform=to_float), 64, shuffle=True)
    adam = optim.Adam(model.parameters(), lr=0.01)
    fit(model, nn.CrossEntropyLoss(), adam, loader, max_epochs=8, progress=False)
    return [p.data for p in model.parameters()]


def reader_without_return(images, labels):
    nn.Linear(784, 10)


def reader_of_parameters(images, labels):
    """The reference's arrays, as Parameters."""
    return [nn.Parameter(a) for a in exercises.find("14.4").reference(images, labels)]


def choice_from_1(validation, test):
    best = validation.mean(axis=1).argmax()
    return best + 1, test[best].mean()


def convolve_into_integers(image, kernel, stride, padding):
    image = np.pad(image, padding)
    k = len(kernel)
    height, width = ((n - k) // stride + 1 for n in image.shape)
    result = np.zeros((height, width), dtype=int)
    for r in range(height):
        for c in range(width):
            window = image[r * stride : r * stride + k, c * stride : c * stride + k]
            result[r, c] = (window * kernel).sum()
    return result


def layer_of_biases(x, W, b):
    y = exercises.find("15.3").reference(x, W, b)
    for o in range(len(W)):
        y[o] = b[o]
    return y


def mlp_of_a_million():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 1000), nn.ReLU(), nn.Linear(1000, 10))


def wrong_size_after_flatten():
    return nn.Sequential(nn.Conv2d(1, 2, 5), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(256, 10))


def cnn_without_a_network():
    return [nn.Conv2d(1, 2, 5), nn.Flatten(), nn.Linear(1152, 10)]


def cnn_of_two_classes():
    return nn.Sequential(nn.Conv2d(1, 2, 5), nn.Flatten(), nn.Linear(1152, 2))


RIGHT = [
    ("10.3", norm_with_nnlib),
    ("11.3", split_in_place),
    ("11.5", lambda: [0.92, 0.0]),
    ("14.3", lambda: np.array([784, 32, 64, 10])),
    ("13.2", bump_with_torch_of_whole_numbers),
    ("14.4", reader_of_parameters),
    ("09.4", lambda: ["Adam", 3.16, 0.6]),
]

# (id, answer, words that its explanation must have, words that it must not have)
WRONG = [
    ("08.1", lambda: 0.2, "best", "lower than both"),
    ("08.2", step_with_sum_of_all, "", "times too"),
    ("08.2", step_along_the_rows, "", "times too"),
    ("08.2", step_without_lr, "where is lr", ""),
    ("08.3", column_made_of_targets, "Flat targets", "outputs made flat"),
    ("08.3", returned_error, "", "NotPlain"),
    ("08.4", lambda: [0.1, 10.0], "illness of patient A", "smaller learning rate"),
    ("09.2", adam_1e_8_outside, "brackets", ""),
    ("09.3", roll_plain, "plain SGD", "velocity of 0"),
    ("09.3", roll_returns_early, "inside the loop", ""),
    ("09.3", roll_as_one_array, "one table", ""),
    ("10.2", start_without_brackets, "divides first", ""),
    ("10.2", start_root_of_two, "2 alone", ""),
    ("10.3", norm_without_beta, "β is added", ""),
    ("10.4", clip_returns_early, "inside the loop", ""),
    ("11.1", lambda: 2.08, "divided by 3", ""),
    ("11.1", lambda: 1.46, "all five ages", ""),
    ("11.1", lambda: 1.36, "youngest", ""),
    ("11.2", standardise_std_above_0, "0.1", ""),
    ("11.2", standardise_new_by_itself, "their own mean", ""),
    ("11.3", split_from_the_end, "n_test = 0", ""),
    ("11.3", split_one_order_two_slices, "the same way", "rng.permutation"),
    ("11.3", split_other_order, "another order", ""),
    ("11.4", stop_minus_1, "stop", ""),
    ("12.2", read_idx_int64, "uint8", ""),
    ("12.2", read_idx_returns_the_error, "raise", "NotPlain"),
    ("12.2", read_idx_little, "wrong order", ""),
    ("12.2", read_idx_values_too_early, "", "wrong order"),
    ("12.2", read_idx_refuses_all, "", "wrong order"),
    ("12.4", read_raw_bytes, "0 to 255", "briefly"),
    ("12.4", read_without_return, "return", ""),
    ("12.3", confusion_answers_first, "labels come first", ""),
    ("12.3", confusion_answers_first_only, "labels come first", ""),
    ("13.2", gradients_of_none, "backward()", ""),
    ("13.2", bump_of_int64, "int64", ""),
    ("13.2", bump_torch(lambda d, s: -(d**2) / (2 * s) ** 2), "the 2 is squared", ""),
    ("13.2", bump_torch(lambda d, s: -d / (2 * s**2)), "x − m is not squared", ""),
    ("13.2", bump_torch(lambda d, s: -(d**2) / (2 * s)), "s is not squared", ""),
    ("13.2", bump_torch(lambda d, s: (-d) ** 2 / (2 * s**2)), "positive", ""),
    ("13.2", bump_with_abs, "|y − t|", "the exponent"),
    ("13.4", probabilities_unloaded, "load_state_dict", "dropout"),
    ("13.5", program_without_eval, "eval()", ""),
    ("13.5", program_of_percent, "between 0 and 1", ""),
    ("13.5", program_that_saves_the_model, "state_dict", ""),
    ("13.5", program_that_saves_nothing, "Nothing was written", ""),
    ("13.5", program_that_saves_first, "before", ""),
    ("14.3", lambda: [784, 32, 10], "one hidden layer", ""),
    ("14.3", lambda: [784, 24, 16, 10], "wider", ""),
    ("14.2", choice_from_1, "counted from 0", "times too large"),
    ("14.3", lambda: ["784", "32", "10"], "text", "hidden layers"),
    ("14.4", reader_of_the_test_images, "other images", ""),
    ("14.4", reader_with_tanh, "With tanh", "too early"),
    ("14.4", reader_without_a_hidden_layer, "no hidden layer", "can still learn"),
    ("14.4", reader_of_bytes, "0 to 255", "too early"),
    ("14.4", reader_divided_twice, "*twice*", "too early"),
    ("14.4", reader_without_a_seed, "two different networks", ""),
    ("14.4", reader_that_goes_on_training, "two different networks", ""),
    ("14.4", reader_without_return, "return", ""),
    ("15.1", lambda: 300, "+ 1", "padding"),
    ("15.1", lambda: 192, "padding", "+ 1"),
    ("15.1", lambda: 972, "second convolution the padding", ""),
    ("15.2", convolve_into_integers, "whole numbers", ""),
    ("15.3", layer_of_biases, "Only the bias", ""),
    ("15.5", mlp_of_a_million, "larger than the budget", ""),
    ("15.5", wrong_size_after_flatten, "Linear", ""),
    ("15.5", cnn_without_a_network, "nn.Sequential of nnlib, and returns", ""),
    ("15.5", cnn_of_two_classes, "(2, 2)", ""),
]


@pytest.mark.parametrize(("id", "answer"), RIGHT, ids=[id for id, _ in RIGHT])
def test_a_right_answer_gets_all_points(id, answer):
    exercise = exercises.find(id)
    given = answer() if exercise.is_value else answer
    for seed in range(3):
        found = judged(exercise, exercise_answer(exercise, given), seed)
        assert found.right, found.sentence


@pytest.mark.parametrize(
    ("id", "answer", "words", "never"), WRONG, ids=[f"{id}-{a.__name__}" for id, a, *_ in WRONG]
)
def test_a_wrong_answer_is_rejected_with_a_true_sentence(id, answer, words, never):
    exercise = exercises.find(id)
    for seed in range(3):
        found = judged(exercise, answer, seed)
        assert found.points == 0
        said = (
            found.sentence + " " + (found.misconception.explanation if found.misconception else "")
        )
        assert words in said, said
        assert not never or never not in said, said


def exercise_answer(exercise, given):
    """As judged() takes it: a value as a function without arguments."""
    return (lambda: given) if exercise.is_value else given


def test_three_seconds_are_kept(monkeypatch):
    monkeypatch.setattr(timelimit, "slowness", lambda: 1.0)
    exercise = exercises.find("14.4")
    (result,) = exercise.results(exercise.reference, [(0, False, False)])
    assert result["seconds"] > 0
    assert exercise.judge((0, False, False), result) is None
    slow = exercise.judge((0, False, False), result | {"seconds": 3.5})
    assert "3.5 s" in slow
    assert "3 s" in slow
