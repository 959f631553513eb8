"""Answers that were once judged wrongly, or explained by a sentence that was not true of them."""

import numpy as np
import pytest

from nncourse import exercises
from nnlib import nn
from tests.nncourse.test_exercises_gate import judged

# 08 ---------------------------------------------------------------------------------------------


def column_made_of_targets(outputs, targets):
    return np.mean((outputs - targets[:, None]) ** 2)


def returned_error(outputs, targets):
    if outputs.size != targets.size:
        return ValueError("x")
    return np.mean((outputs.ravel() - targets.ravel()) ** 2)


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
    ("11.3", split_in_place),
    ("11.5", lambda: [0.92, 0.0]),
    ("14.3", lambda: np.array([784, 32, 10])),
    ("09.4", lambda: ["Adam", 3.16, 0.6]),
]

# (id, answer, words that its explanation must have, words that it must not have)
WRONG = [
    ("08.1", lambda: 0.2, "best", "lower than both"),
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
    ("12.3", confusion_answers_first, "labels come first", ""),
    ("12.3", confusion_answers_first_only, "labels come first", ""),
    ("13.2", gradients_of_none, "backward()", ""),
    ("14.2", choice_from_1, "counted from 0", "times too large"),
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
