"""Answers that people gave to the exercises of lessons 00 to 07, and what check() has to say.

RIGHT lists answers that get all points, also in float32; WRONG lists answers that get none, with
words that the reply must hold and (after a "!") words that it must not hold.
"""

import warnings

import numpy as np
import pytest

from nncourse import exercises
from nncourse.learner.check import Report, Run
from nnlib import nn
from nnlib.gradcheck import numerical_gradient

SIGMOID = "def sigmoid(z):\n    return 1 / (1 + np.exp(-z))\n"


def reply(id, source, seed=0):
    """The report on an answer: an expression, or the source of a definition."""
    exercise = exercises.find(id)
    space = {"np": np, "nn": nn, "numerical_gradient": numerical_gradient}
    if source.lstrip().startswith(("def ", "class ")) or "\n" in source:
        exec(source, space)
        answer = space[exercise.name]
    else:
        answer = eval(source, space)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a warning of our own would reach the learner
        return Report(exercise, Run(exercise, answer, seed))


def neuron(forward, start="self.weights, self.bias = weights, bias", init="__init__"):
    """A class for 01.3 with this body of forward, one statement to a line."""
    body = "\n        ".join(forward.split("\n"))
    return (
        f"class MyNeuron:\n    def {init}(self, weights, bias):\n        {start}\n"
        f"    def forward(self, x):\n        {body}\n"
    )


def body(head, *lines):
    return head + "\n" + "\n".join("    " + line for line in lines)


TEACH = "def teach(X, t, lr, steps, cost):"
EPOCHS = "def epochs_needed(x, targets, most):"
GATE = "def train_gate(x, targets, epochs):"
MEASURED = "def measured_gradient(f, x, h):"


def counted(*inner, before=(), counter="mistakes = 0", reset=(), test="mistakes == 0", after=""):
    """03.5 with these lines in the loop over the examples."""
    return body(
        EPOCHS,
        "w, b = np.zeros(x.shape[1]), 0.0",
        *before,
        "for epoch in range(1, most + 1):",
        *("    " + line for line in (counter, *reset) if line),
        "    for i in range(len(x)):",
        "        error = targets[i] - int(w @ x[i] + b > 0)",
        "        w, b = w + error * x[i], b + error",
        *("        " + line for line in inner),
        f"    if {test}:",
        "        return epoch",
        f"    {after}",
        "return None",
    )


def taught(*lines, start="w, b = np.zeros(X.shape[1]), 0.0", end="return np.array([*w, b])"):
    """06.2 with these lines in the loop."""
    return body(
        TEACH,
        start,
        "for _ in range(steps):",
        "    a = 1 / (1 + np.exp(-(X @ w + b)))",
        *("    " + line for line in lines),
        end,
    )


COST = "np.where(t == 1, cost, 1)"
DZ = f"dz = {COST} * (a - t) / len(t)"
STEP = "w, b = w - lr * dz @ X, b - lr * dz.sum()"

RIGHT = {
    "02.3 float32": (
        "02.3",
        body(
            "def row_softmax(z):",
            "z = z.astype(np.float32)",
            "e = np.exp(z - z.max(axis=1, keepdims=True))",
            "return e / e.sum(axis=1, keepdims=True)",
        ),
    ),
    "04.3 nn.Linear": (
        "04.3",
        body(
            "def run_layers(X, layers):",
            "for number, (W, b) in enumerate(layers):",
            "    linear = nn.Linear(W.shape[1], W.shape[0])",
            "    linear.weight.data[...], linear.bias.data[...] = W, b",
            "    X = linear(X)",
            "    if number < len(layers) - 1:",
            "        X = nn.ReLU()(X)",
            "return X",
        ),
    ),
    "05.4 log and p": ("05.4", "lambda p: -2 * np.log(p) + p - 1"),
    "05.4 a little steeper": ("05.4", "lambda p: abs(np.log(p)) ** 1.01"),
    "06.2 float32": (
        "06.2",
        body(
            TEACH,
            "X, t = X.astype(np.float32), t.astype(np.float32)",
            "w, b = np.zeros(X.shape[1], np.float32), np.float32(0)",
            "for _ in range(steps):",
            "    dz = (1 / (1 + np.exp(-(X @ w + b))) - t) / np.float32(len(t))",
            "    dz = dz * np.where(t == 1, np.float32(cost), np.float32(1))",
            "    w, b = w - np.float32(lr) * dz @ X, b - np.float32(lr) * dz.sum()",
            "return np.array([*w, b])",
        ),
    ),
    "06.3 float32": (
        "06.3",
        body(
            "def epoch(p, X, y, order, size, lr):",
            "p = p.astype(np.float32)",
            "X, y = X[order].astype(np.float32), y[order].astype(np.float32)",
            "for i in range(0, len(y), size):",
            "    A, c = X[i : i + size], y[i : i + size]",
            "    p = p - np.float32(lr * 2) * ((A @ p - c) @ A) / np.float32(len(c))",
            "return p",
        ),
    ),
    "07.3 nn.Linear": (
        "07.3",
        body(
            "def backward(X, T, W1, b1, W2, b2):",
            "one, two = nn.Linear(X.shape[1], len(b1)), nn.Linear(len(b1), 1)",
            "one.weight.data[...], one.bias.data[...] = W1, b1",
            "two.weight.data[...], two.bias.data[...] = W2, b2",
            "model = nn.Sequential(one, nn.Tanh(), two)",
            "loss = nn.BCEWithLogitsLoss()",
            "loss(model(X), T)",
            "model.backward(loss.backward())",
            "return one.weight.grad, one.bias.grad, two.weight.grad, two.bias.grad",
        ),
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_answers_are_right_at_every_seed(name):
    id, source = RIGHT[name]
    for seed in range(20):
        found = reply(id, source, seed)
        assert found.right, f"seed {seed}: {found}"


def flat(function="f"):
    return body(
        MEASURED,
        "flat, slopes = x.astype(float).ravel(), np.zeros((x.size, len(f(x))))",
        "for i in range(x.size):",
        "    up, down = flat.copy(), flat.copy()",
        "    up[i], down[i] = up[i] + h, down[i] - h",
        f"    slopes[i] = ({function}(up) - {function}(down)) / (2 * h)",
        "return slopes.reshape(*x.shape, -1)",
    )


SIG = "1 / (1 + np.exp(-z))"
WRONG = [
    # values that are no answer leak nothing
    ("00.1", "True", "!6.5"),
    ("01.1", "True", "!expected 2"),
    ("06.1", "1.9901", "!return", "!1.99,", "!1.99 "),
    ("07.1", "7.5001", "!return", "!7.5,", "!7.5 "),
    ("06.1", "print(1)", "!return", "None"),
    # 00.2
    (
        "00.2",
        body(
            "def my_loss(points, curve):",
            "total = 0",
            "for i in range(len(points)):",
            "    total += (curve[i] - points[i]) ** 2",
            "    return total / len(points)",
        ),
        "inside the loop",
    ),
    ("00.2", "lambda p, c: sum((a - b) ^ 2 for a, b in zip(p, c)) / len(p)", "**"),
    (
        "00.2",
        "lambda p, c: sum((a - b) * 2 for a, b in zip(p, c)) / len(p)",
        "times itself",
    ),
    ("00.2", "lambda p, c: sum((a - b) ** 2 for a, b in zip(p, c)) // len(p)", "//"),
    ("00.2", "lambda p, c: sum(a - b**2 for a, b in zip(p, c)) / len(p)", "brackets"),
    ("00.2", "lambda p, c: round(sum((a - b) ** 2 for a, b in zip(p, c)) / len(p), 1)", "ounded"),
    # 01.1, 01.2
    ("01.1", "1 / (1 + np.exp(-2))", "sigmoid"),
    (
        "01.2",
        body(
            "def weighted_sum(x, w, b):",
            "z = b",
            "for i in range(len(x)):",
            "    z += w[i] * x[i]",
            "    return z",
        ),
        "inside the loop",
    ),
    (
        "01.2",
        body(
            "def weighted_sum(x, w, b):",
            "z = b",
            "for i in range(1, len(x)):",
            "    z += w[i] * x[i]",
            "return z",
        ),
        "first input",
    ),
    (
        "01.2",
        body(
            "def weighted_sum(x, w, b):",
            "total = 0",
            "for x, w in zip(x, w):",
            "    total = x * w",
            "return total + b",
        ),
        "last",
    ),
    # 01.3: a neuron remembers, and each remembers its own
    (
        "01.3",
        neuron(
            "return 1 / (1 + np.exp(-(MyNeuron.w[: len(x)] @ x[: len(MyNeuron.w)] + MyNeuron.b)))",
            "MyNeuron.w, MyNeuron.b = weights, bias",
        ),
        "class",
    ),
    (
        "01.3",
        neuron(
            "return 1 / (1 + np.exp(-(W[: len(x)] @ x[: len(W)] + B)))",
            "global W, B\n        W, B = weights, bias",
        ),
        "own",
    ),
    (
        "01.3",
        neuron(
            "z = self.weights @ x + self.bias\nself.bias = z\nreturn 1 / (1 + np.exp(-z))",
        ),
        "forward",
    ),
    (
        "01.3",
        neuron(
            "self.weights = self.weights * x\n"
            "return 1 / (1 + np.exp(-(self.weights.sum() + self.bias)))"
        ),
        "forward",
    ),
    ("01.3", neuron("z = self.weights @ x + self.bias\nreturn 1 / 1 + np.exp(-z)"), "brackets"),
    ("01.3", neuron("return 1 / (1 + np.exp(-self.weights @ x + self.bias))"), "minus"),
    ("01.3", neuron("return sigmoid(self.weights @ x + self.bias)"), "sigmoid"),
    ("01.3", neuron("return np.tanh(self.weights @ x + self.bias)"), "tanh"),
    ("01.3", neuron(f"z = self.weights @ x\nreturn {SIG}", init="_init_"), "two underscores"),
    (
        "01.3",
        neuron("return x").replace("forward(self, x)", "forward(x)"),
        "self",
    ),
    (
        "01.3",
        neuron(f"z = self.weights @ x + self.bias\nreturn {SIG}")
        + "\nMyNeuron = MyNeuron(np.array([1.0]), 0.0)",
        "class",
        "!Hand over the function",
    ),
    # 01.4
    ("01.4", "[-1.5, 1, 1, 1]", "bias", "!differ too much"),
    # 02.1
    ("02.1", "[-6, 4]", "bias"),
    ("02.1", "[6, -11]", "weight"),
    ("02.1", "[-1, 9]", "weight"),
    ("02.1", "[-6, 11]", "bias"),
    # 02.2
    (
        "02.2",
        body(
            "def leaky_relu(z, leak):",
            "if z > 0:",
            "    return z, 1",
            "return leak * z, leak",
        ),
        "whole array",
    ),
    (
        "02.2",
        "lambda z, leak: (np.where(z > 0, z, leak * z), "
        "np.where(z > 0, 1, np.where(z < 0, leak, 0)))",
        "corner",
    ),
    # 02.3
    (
        "02.3",
        body(
            "def row_softmax(z):",
            "p = np.exp(z - z.mean(axis=1, keepdims=True))",
            "return p / p.sum(axis=1, keepdims=True)",
        ),
        "mean",
    ),
    (
        "02.3",
        body(
            "def row_softmax(z):",
            "p = np.exp(z - z.max())",
            "return np.nan_to_num(p / p.sum(axis=1, keepdims=True))",
        ),
        "!tiny number added",
    ),
    (
        "02.3",
        body(
            "def row_softmax(z):",
            "p = np.exp(z - z.max(axis=0))",
            "return p / p.sum(axis=0)",
        ),
        "columns",
    ),
    (
        "02.3",
        body(
            "def row_softmax(z):",
            "p = np.exp(z - z.min(axis=1, keepdims=True))",
            "return p / p.sum(axis=1, keepdims=True)",
        ),
        "smallest",
    ),
    (
        "02.3",
        body(
            "def row_softmax(z):",
            "p = np.exp(z / z.max(axis=1, keepdims=True))",
            "return p / p.sum(axis=1, keepdims=True)",
        ),
        "divid",
    ),
    (
        "02.3",
        body(
            "def row_softmax(z):",
            "for row in z:",
            "    p = np.exp(row - row.max())",
            "    return p / p.sum()",
        ),
        "first row",
    ),
    # 02.4
    ("02.4", '["none", "none"]', "overflow", "one straight line"),
    # 03.1
    ("03.1", "[-1, -1, 1]", "bias"),
    ("03.1", "[1, 1, 0]", "sign"),
    ("03.1", "[-2, -1, 1]", "two epochs"),
    ("03.1", "[-2, -1, 3]", "until nothing is wrong"),
    ("03.1", '"1,1,1,-1.5"', "text", "!characters"),
    ("01.4", '"1,1,1,-1.5"', "text", "!there are 10", "!there are 11"),
    # 03.2: what happens to sums between 0 and 1
    (
        "03.2",
        body(
            "def correct(w, b, inputs, target, lr):",
            "error = target - int(w @ inputs + b > 0.5)",
            "return w + lr * error * inputs, b + lr * error",
        ),
        "above 0",
    ),
    (
        "03.2",
        body(
            "def correct(w, b, inputs, target, lr):",
            "error = target - int(w @ inputs + b >= 1)",
            "return w + lr * error * inputs, b + lr * error",
        ),
        "above 0",
    ),
    (
        "03.2",
        body(
            "def correct(w, b, inputs, target, lr):",
            "error = target - (int(w @ inputs + b) > 0)",
            "return w + lr * error * inputs, b + lr * error",
        ),
        "above 0",
    ),
    (
        "03.2",
        body(
            "def correct(w, b, inputs, target, lr):",
            "if target != int(w @ inputs + b > 0):",
            "    return w + lr * inputs, b + lr",
            "return w, b",
        ),
        "added",
    ),
    (
        "03.2",
        body(
            "def correct(w, b, inputs, target, lr):",
            "error = target - int(w @ inputs > 0)",
            "return w + lr * error * inputs, b + lr * error",
        ),
        "bias",
    ),
    (
        "03.2",
        body(
            "def correct(w, b, inputs, target, lr):",
            "error = target - (1 if w @ inputs + b > 0 else -1)",
            "return w + lr * error * inputs, b + lr * error",
        ),
        "−1",
    ),
    (
        "03.2",
        body(
            "def correct(w, b, inputs, target, lr):",
            "error = target - int(w @ inputs + b > 0)",
            "for i in range(len(inputs)):",
            "    w = w.copy()",
            "    w[i] += lr * error * inputs[i]",
            "    b = b + lr * error",
            "return w, b",
        ),
        "bias",
    ),
    (
        "03.2",
        body(
            "def correct(w, b, inputs, target, lr):",
            "return w + lr * (target - int(w @ inputs + b > 0)) * inputs",
        ),
        "bias",
    ),
    # 03.3
    (
        "03.3",
        body(
            GATE,
            "w, b = np.zeros(x.shape[1]), 0.0",
            "for i in range(len(x)):",
            "    for _ in range(epochs):",
            "        error = targets[i] - int(w @ x[i] + b > 0)",
            "        w, b = w + error * x[i], b + error",
            "return w, b",
        ),
        "loops",
        "!return` stands inside",
    ),
    (
        "03.3",
        body(
            GATE,
            "w, b = np.zeros(x.shape[1]), 0.0",
            "for i in range(len(x)):",
            "    error = targets[i] - int(w @ x[i] + b > 0)",
            "    w, b = w + error * x[i], b + error",
            "return w, b",
        ),
        "epochs",
    ),
    # 03.5
    (
        "03.5",
        counted("mistakes += abs(error)", after="return None"),
        "!never set back",
    ),
    (
        "03.5",
        counted("mistakes += abs(error)", reset=("w, b = np.zeros(x.shape[1]), 0.0",)),
        "!never set back",
    ),
    ("03.5", counted("mistakes += error", test="abs(mistakes) == 0"), "!nothing was changed"),
    ("03.5", counted("mistakes -= error"), "!nothing was changed"),
    ("03.5", body(EPOCHS, "return None"), "!`return` missing"),
    # 04.1
    ("04.1", "36", "output neurons have a bias"),
    ("04.1", "35", "hidden neurons have a bias"),
    # 04.2
    (
        "04.2",
        body(
            "def forward(X, W1, b1, W2, b2):",
            "A1 = np.maximum(W1 @ X + b1, 0)",
            "return 1 / (1 + np.exp(-(W2 @ A1 + b2)))",
        ),
        "W1 @ X",
    ),
    (
        "04.2",
        body(
            "def forward(X, W1, b1, W2, b2):",
            "A1 = np.maximum(X @ W1.T + b1, 0)",
            "return 1 / (1 + np.exp(-A1 @ W2.T + b2))",
        ),
        "minus",
    ),
    (
        "04.2",
        body(
            "def forward(X, W1, b1, W2, b2):",
            "A1 = np.maximum(X @ W1.T + b1, 0)",
            "return 1 / 1 + np.exp(-(A1 @ W2.T + b2))",
        ),
        "brackets",
    ),
    (
        "04.2",
        body(
            "def forward(X, W1, b1, W2, b2):",
            "A1 = np.maximum(W1 @ X[0] + b1, 0)",
            "return 1 / (1 + np.exp(-(W2 @ A1 + b2)))",
        ),
        "first",
        "!another shape",
    ),
    # 04.3
    (
        "04.3",
        body(
            "def run_layers(X, layers):",
            "for W, b in layers:",
            "    X = X @ W.T + b",
            "return X",
        ),
        "!2 times",
    ),
    (
        "04.3",
        body(
            "def run_layers(X, layers):",
            "for i, (W, b) in enumerate(layers):",
            "    X = X @ W.T + b",
            "    if i < len(layers):",
            "        X = np.maximum(X, 0)",
            "return X",
        ),
        "!nothing was changed",
        "last layer",
    ),
    # 04.4
    ("04.4", "[[1, 1, -0.5], [1, 1, -1.5], [1, -0.3, -0.5]]", "loud", "!nobody speaks"),
    ("04.4", "[[1, 1, 0.5], [1, 1, 1.5], [1, -1, 0.5]]", "sign"),
    ("04.4", "[[-0.5, 1, 1], [-1.5, 1, 1], [-0.5, 1, -1]]", "bias"),
    # 05.2
    (
        "05.2",
        body(
            "def my_bce(z, t):",
            "m = z.max()",
            "return m + np.log(np.exp(-m) + np.exp(z - m)) - z * t",
        ),
        "underflow",
        "!take the larger of the two out first, as in the lesson",
    ),
    (
        "05.2",
        body(
            "def my_bce(z, t):",
            "def sig(v):",
            "    return 1 / (1 + np.exp(-v))",
            "return -np.log(np.where(t == 1, sig(z), sig(-z)))",
        ),
        "!no p any more",
    ),
    ("05.2", "lambda z, t: nn.BCELoss()(1 / (1 + np.exp(-z)), t)", "!2 times too small"),
    ("05.2", "nn.BCEWithLogitsLoss()", "each example"),
    (
        "05.2",
        body(
            "def my_bce(z, t):",
            "p = 1 / (1 + np.exp(-z))",
            "return -(t * np.log(p) + (1 - t) * np.log(1 - p))",
        ),
        "logarithm",
    ),
    # 05.3
    (
        "05.3",
        body(
            "def ce_gradient(logits, targets):",
            "e = np.exp(logits - logits.max(axis=1, keepdims=True))",
            "p = e / e.sum(axis=0)",
            "p[np.arange(len(p)), targets] -= 1",
            "return p / len(p)",
        ),
        "column",
    ),
    # 05.4
    ("05.4", "lambda p: np.exp(1 / p)", "!RuntimeWarning", "!warned: overflow encountered in sub"),
    ("05.4", "lambda p: print(p)", "`return` missing"),
    # 06.2
    ("06.2", taught(DZ, STEP, end="return w, b"), "two pieces", "np.array([*w, b])"),
    ("06.2", taught(DZ, "w, b = w - lr * dz @ X, b - lr * dz.mean()"), "bias"),
    ("06.2", taught(f"dz = {COST} * (a - t) / 4", STEP), "4", "!0.3191"),
    (
        "06.2",
        taught(DZ, STEP).replace("range(steps)", "range(steps + 1)"),
        "one step too many",
    ),
    ("06.2", taught(f"dz = 2 * {COST} * (a - t) / len(t)", STEP), "2"),
    (
        "06.2",
        taught(DZ, f"w, b = w - lr * dz @ X, b - lr * ({COST} * (a - t)).sum()"),
        "bias",
    ),
    ("06.2", taught("dz = (a - t) / len(t)", STEP), "cost", "costs the same"),
    # 06.3
    (
        "06.3",
        body(
            "def epoch(p, X, y, order, size, lr):",
            "X, y = X[order], y[order]",
            "for first in range(0, len(y), size):",
            "    A, c = X[first : first + size], y[first : first + size]",
            "    p = p - lr * 2 * (A @ p - c) @ A",
            "return p",
        ),
        "divid",
    ),
    (
        "06.3",
        body(
            "def epoch(p, X, y, order, size, lr):",
            "X, y = X[order], y[order]",
            "for first in range(0, len(y), size):",
            "    A, c = X[first : first + size], y[first : first + size]",
            "    p = p - lr * 2 * (A @ p - c) @ A / len(c)",
            "    return p",
        ),
        "inside the loop",
    ),
    # 07.1
    ("07.1", "-1.5", "!target minus output"),
    ("07.1", "-7.5", "sign", "!begins with"),
    # 07.2
    (
        "07.2",
        body(
            "def layer_backward(dY, X, V, b, g):",
            "dZ = dY * g",
            "dg = (dY * (X @ V + b)).sum(axis=0)",
            "return dZ @ V.T, np.outer(X, dZ), dZ.sum(axis=0), dg",
        ),
        "outer",
    ),
    (
        "07.2",
        body(
            "def layer_backward(dY, X, V, b, g):",
            "dZ = dY * g",
            "dg = (dY * (X @ V + b)).sum(axis=0)",
            "return dZ @ V, dZ.T @ X, dZ.sum(axis=0), dg",
        ),
        "lines of the lesson",
    ),
    # 07.3
    (
        "07.3",
        body(
            "def backward(X, T, W1, b1, W2, b2):",
            "A1 = np.tanh(X @ W1.T + b1)",
            "A2 = 1 / (1 + np.exp(-(A1 @ W2.T + b2)))",
            "dZ2 = 2 * (A2 - T) * A2 * (1 - A2) / len(X)",
            "dZ1 = (dZ2 @ W2) * (1 - A1**2)",
            "return dZ1.T @ X, dZ1.sum(axis=0), dZ2.T @ A1, dZ2.sum(axis=0)",
        ),
        "squared error",
    ),
    # 07.4
    ("07.4", "numerical_gradient", "one number"),
    ("07.4", flat(), "shape"),
    ("07.4", flat().replace("/ (2 * h)", "/ 2 * h"), "!right. 3"),
    (
        "07.4",
        body(
            MEASURED,
            "slopes = np.zeros((*x.shape, len(f(x))))",
            "for i in np.ndindex(x.shape):",
            "    up, down = x.astype(float), x.astype(float)",
            "    up[i] += h",
            "    down[i] -= h",
            "    slopes[i] = (f(up) - f(down)) / 2 * h",
            "return slopes",
        ),
        "brackets",
    ),
    (
        "07.4",
        body(
            MEASURED,
            "slopes = np.zeros((*x.shape, len(f(x))))",
            "up, down = x.astype(float), x.astype(float)",
            "for i in np.ndindex(x.shape):",
            "    up[i] += h",
            "    down[i] -= h",
            "    slopes[i] = (f(up) - f(down)) / (2 * h)",
            "return slopes",
        ),
        "stays nudged",
    ),
]


@pytest.mark.parametrize(("id", "source", "words"), [(a, b, c) for a, b, *c in WRONG])
def test_wrong_answers_are_wrong_and_what_is_said_is_true(id, source, words):
    for seed in range(3):
        found = reply(id, source, seed)
        assert found.points == 0, f"seed {seed}: {found}"
        for word in words:
            assert (word.lstrip("!") in found.markdown) != word.startswith("!"), (
                f"seed {seed}, {word}: {found}"
            )


def test_an_exercise_that_builds_on_another_says_so():
    source = body(GATE, "w, b = np.zeros(x.shape[1]), 0.0", "return correct(w, b, x[0], 1, 1.0)")
    stub = "def correct(*arguments):\n    raise NotImplementedError()\n"
    assert "not started" not in str(reply("03.3", stub + source))
