"""One way forwards and back through a small network; network_model.js has the same formulas.

da stands for dL/da, how fast the loss L changes with a; dz, dw and db in the same way.
"""

from typing import NamedTuple

import numpy as np

from nnlib.nn.functional import sigmoid, softmax
from nnlib.widgets.models.functions import relu, step

SQUARED, ENTROPY = "squared error", "cross-entropy"
FUNCTIONS = {"ReLU": relu, "sigmoid": sigmoid, "tanh": np.tanh, "none": lambda z: z}
FUNCTIONS |= {"step": step, "softmax": softmax}  # forwards only
SLOPES = {
    "ReLU": lambda z, a: (z > 0).astype(float),
    "sigmoid": lambda z, a: a * sigmoid(-z),  # sigmoid(-z) is 1 - a, and exact where a is nearly 1
    "tanh": lambda z, a: 1 - a * a,
    "none": lambda z, a: np.ones_like(z),
}


class Pass(NamedTuple):
    """The numbers of one way forwards and back: a list with an array a layer; dw (out, in)."""

    z: list
    a: list
    loss: float
    da: list
    dz: list
    dw: list
    db: list


def forwards(layers, x):
    """Return (the sums z, the input followed by the outputs a) of every layer, for one x (in,)."""
    inputs, zs = [np.asarray(x, float)], []
    for weight, bias, name in layers:
        # a sum that is 0 has to be 0, not 3e-17: ReLU asks whether it is above
        zs.append(np.round(weight @ inputs[-1] + (0 if bias is None else bias), 12))
        inputs.append(FUNCTIONS[name](zs[-1]))
    return zs, inputs


def compute(layers, x, target, loss):
    """Return the Pass of one input x (in,) and its target (out,)."""
    zs, inputs = forwards(layers, x)
    z, a, n = zs[-1], inputs[-1], len(zs[-1])
    if loss == ENTROPY:
        value = np.mean(np.maximum(z, 0) - z * target + np.log1p(np.exp(-np.abs(z))))
        tiny = np.finfo(float).tiny  # a sigmoid of -800 is 0
        da = (-target / np.maximum(a, tiny) + (1 - target) / np.maximum(sigmoid(-z), tiny)) / n
    else:
        value = np.mean((a - target) ** 2)
        da = 2 * (a - target) / n
    das, dzs, dws = [], [], []
    for k in reversed(range(len(layers))):
        weight, _, name = layers[k]
        dz = da * SLOPES[name](zs[k], inputs[k + 1])
        if loss == ENTROPY and k == len(layers) - 1:
            dz = (a - target) / n  # the same number, exact also where the sigmoid is flat
        das.insert(0, da)
        dzs.insert(0, dz)
        dws.insert(0, np.outer(dz, inputs[k]))  # dL/dW = dz inputᵀ
        da = weight.T @ dz  # dL/dinput = Wᵀ dz
    return Pass(zs, inputs[1:], float(value), das, dzs, dws, dzs)


def descend(layers, run, lr):
    """Return the layers after one step of gradient descent with learning rate lr."""
    return [
        (w - lr * dw, None if b is None else b - lr * db, name)
        for (w, b, name), dw, db in zip(layers, run.dw, run.db, strict=True)
    ]
