"""One way forwards and back through a small network, and every step of it written out in numbers.

da stands for dL/da, how fast the loss L changes with a; dz, dw and db in the same way.
"""

from typing import NamedTuple

import numpy as np

from nnlib.nn.functional import sigmoid
from nnlib.widgets.models.functions import relu
from nnlib.widgets.small_network import pretty

SQUARED, ENTROPY = "squared error", "cross-entropy"
FUNCTIONS = {"ReLU": relu, "sigmoid": sigmoid, "tanh": np.tanh, "none": lambda z: z}
SLOPES = {
    "ReLU": lambda z, a: (z > 0).astype(float),
    "sigmoid": lambda z, a: a * sigmoid(-z),  # sigmoid(-z) is 1 - a, and exact where a is nearly 1
    "tanh": lambda z, a: 1 - a * a,
    "none": lambda z, a: np.ones_like(z),
}
FLAT = 0.05  # a slope below this lets little through
LONG = 90  # characters of a line


class Scene(NamedTuple):
    """All that a pass needs. layers: triples (weight (out, in), bias (out,), activation's name).

    columns: names of the nodes; biased: whether each layer has a bias; loss: SQUARED or ENTROPY,
    averaged over the outputs, ENTROPY after a sigmoid only.
    """

    columns: list
    layers: list
    biased: list
    x: np.ndarray
    target: np.ndarray
    loss: str
    lr: float


class Pass(NamedTuple):
    """The numbers of one way forwards and back: a list with an array a layer; dw (out, in)."""

    z: list
    a: list
    loss: float
    da: list
    dz: list
    dw: list
    db: list


class Step(NamedTuple):
    """What is computed: kind is start, z, a, loss, da, dz, dw or update; which layer and unit."""

    kind: str
    layer: int = 0
    unit: int = 0


class Lines(NamedTuple):
    """A step in words and numbers."""

    headline: str
    formula: str
    numbers: list
    reason: str


def compute(layers, x, target, loss):
    """Return the Pass of one input x (in,) and its target (out,)."""
    inputs, zs = [np.asarray(x, float)], []
    for weight, bias, name in layers:
        # a sum that is 0 has to be 0, not 3e-17: ReLU asks whether it is above
        zs.append(np.round(weight @ inputs[-1] + bias, 12))
        inputs.append(FUNCTIONS[name](zs[-1]))
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


def descend(scene, run):
    """Return the layers after one step of gradient descent."""
    return [
        (w - scene.lr * dw, b - scene.lr * db if biased else b, name)
        for (w, b, name), dw, db, biased in zip(
            scene.layers, run.dw, run.db, scene.biased, strict=True
        )
    ]


def all_steps(layers):
    """Return every Step in order. Without an activation a is z, and there is no step between."""
    forwards, backwards = [], []
    for k, (_, bias, name) in enumerate(layers):
        bent = name != "none"
        layer = []
        for j in range(len(bias)):
            forwards += [Step("z", k, j)] + [Step("a", k, j)] * bent
            layer += [Step("da", k, j)] + [Step("dz", k, j)] * bent + [Step("dw", k, j)]
        backwards = layer + backwards
    return [Step("start"), *forwards, Step("loss"), *backwards, Step("update")]


def digits(value, most=4):
    """Write a number: at most `most` decimals below 1, fewer above; a real minus sign."""
    size = abs(value)
    if size < 1e-12:
        return "0"
    if size < 0.5 * 10**-most or size >= 1e5:
        mantissa, power = f"{size:.1e}".split("e")
        text = f"{mantissa}e{int(power)}".replace("-", "−")
    else:
        decimals = max(1, most - sum(size >= 10**k for k in range(4)))
        text = f"{size:.{decimals}f}".rstrip("0").rstrip(".")
    return f"−{text}" if value < 0 else text


def bracket(value, most=4):
    text = digits(value, most)
    return f"({text})" if text.startswith("−") else text


def fitted(write):
    """Return write(4), or with fewer decimals where that line is too long."""
    return write(4) if len(write(4)) <= LONG else write(2)


def filled(entries, gap="     "):
    """Return lines with as many entries in each as fit."""
    lines = entries[:1]
    for entry in entries[1:]:
        if len(lines[-1] + gap + entry) <= LONG:
            lines[-1] += gap + entry
        else:
            lines.append(entry)
    return lines


def explain(step, number, last, scene, run):
    """Return the Lines of a step, which is `number` of `last`."""
    forwards = step.kind in ("z", "a", "loss")
    way = "forwards: " if forwards else "backwards: "
    if step.kind in ("start", "update"):
        way = ""
    lines = WRITERS[step.kind](step, scene, run)
    return lines._replace(headline=f"Step {number} of {last}, {way}{lines.headline}")


def name_of_unit(scene, step):
    return pretty(scene.columns[step.layer + 1][step.unit])


def came_in(scene, run, k):
    return scene.x if k == 0 else run.a[k - 1]


def write_start(step, scene, run):
    return Lines(
        "nothing is computed yet",
        "z is a neuron's sum, a is what its activation makes of it, L is the loss.",
        ["dz, da, dw, db say how fast L changes with z, a, a weight, a bias."],
        "Press Next: first forwards to the loss, then all the way back.",
    )


def write_z(step, scene, run):
    k, j = step.layer, step.unit
    weight, bias, _ = scene.layers[k]

    def numbers(most):
        terms = [
            f"{bracket(w, most)} × {bracket(v, most)}"
            for w, v in zip(weight[j], came_in(scene, run, k), strict=True)
        ]
        terms += [bracket(bias[j], most)] * scene.biased[k]
        return f"z = {' + '.join(terms)} = {digits(run.z[k][j])}"

    formula = "z = sum of weight × input" + ", plus the bias" * scene.biased[k]
    return Lines(f"the sum z of {name_of_unit(scene, step)}", formula, [fitted(numbers)], "")


def write_a(step, scene, run):
    k, j = step.layer, step.unit
    name = scene.layers[k][2]
    long = {"ReLU": "max(0, z)", "sigmoid": "1 / (1 + exp(−z))", "tanh": "tanh(z)"}[name]
    formula = f"a = {name}(z)" + f" = {long}" * (name != "tanh")
    z, a = run.z[k][j], run.a[k][j]
    silent = name == "ReLU" and a == 0
    return Lines(
        f"what {name_of_unit(scene, step)} makes of its sum",
        formula,
        [f"a = {name}({digits(z)}) = {digits(a)}"],
        "z is not above 0, so this neuron is silent." if silent else "",
    )


def output_letter(scene, k):
    return "z" if scene.layers[k][2] == "none" else "a"


def write_loss(step, scene, run):
    o, n = output_letter(scene, -1), len(scene.target)
    pairs = list(zip(run.a[-1], scene.target, strict=True))
    if scene.loss == SQUARED:
        formula = f"L = ({o} − target)²"
        parts = [f"({digits(a)} − {bracket(t)})²" for a, t in pairs]
    else:
        formula = "L = −(target × ln a + (1 − target) × ln(1 − a))"
        parts = [entropy_in_numbers(a, t) for a, t in pairs]
    if n > 1:
        formula += ", and of that the mean over the outputs"
        text = f"L = ({' + '.join(bracket_sum(part) for part in parts)}) ÷ {n}"
    else:
        text = f"L = {parts[0]}"
    result = f"= {digits(run.loss)}"
    numbers = [f"{text} {result}"] if len(text) < LONG - 12 else [text, result]
    return Lines("the loss", formula, numbers, "")


def entropy_in_numbers(a, t):
    if t == 1:
        return f"−ln {digits(a)}"
    if t == 0:
        return f"−ln(1 − {digits(a)})"
    return f"−({digits(t)} × ln {digits(a)} + {digits(1 - t)} × ln {digits(1 - a)})"


def bracket_sum(part):
    return f"({part})" if part.startswith("−") else part


def write_da(step, scene, run):
    k, j = step.layer, step.unit
    o, unit, da = output_letter(scene, k), name_of_unit(scene, step), run.da[k][j]
    if k == len(scene.layers) - 1:
        formula, numbers = loss_slope(step, scene, run)
        sign = "falls" if da < 0 else "grows"
        reason = f"So the loss {sign} when {unit} grows." if da else "The loss is at its lowest."
        return Lines(f"how the loss changes with {unit}", formula, numbers, reason)
    weight, following = scene.layers[k + 1][0][:, j], run.dz[k + 1]

    def text(most):
        terms = [
            f"{bracket(w, most)} × {bracket(dz, most)}"
            for w, dz in zip(weight, following, strict=True)
        ]
        return f"d{o} = {' + '.join(terms)} = {digits(da)}"

    later = [pretty(name) for name in scene.columns[k + 2]]
    many = len(later) > 1
    reason = (
        f"{unit} acts on the loss through {', '.join(later)}: their shares are added."
        if many
        else f"{unit} acts on the loss through {later[0]} alone."
    )
    formula = f"d{o} = " + "sum of " * many + "weight × dz of the neuron that it leads to"
    return Lines(f"how the loss changes with {unit}", formula, [fitted(text)], reason)


def loss_slope(step, scene, run):
    o, n = output_letter(scene, -1), len(scene.target)
    z, a, t = run.z[-1][step.unit], run.a[-1][step.unit], scene.target[step.unit]
    share, divided = (f" ÷ {n} outputs", f" ÷ {n}") if n > 1 else ("", "")
    error, result = f"({digits(a)} − {bracket(t)})", digits(run.da[-1][step.unit])
    if scene.loss == SQUARED:
        return f"d{o} = 2 × ({o} − target){share}", [f"d{o} = 2 × {error}{divided} = {result}"]
    below = f"({digits(a)} × {digits(sigmoid(-z))})"
    return f"da = (a − target) / (a (1 − a)){share}", [
        f"da = {error} / {below}{divided} = {result}"
    ]


def write_dz(step, scene, run):
    k, j = step.layer, step.unit
    name, z, a = scene.layers[k][2], run.z[k][j], run.a[k][j]
    slope = SLOPES[name](z, a)
    formula = {
        "ReLU": "dz = da × slope of ReLU, which is 1 where z is above 0, otherwise 0",
        "sigmoid": "dz = da × slope of the sigmoid, a (1 − a)",
        "tanh": "dz = da × slope of tanh, 1 − a²",
    }[name]
    factor = {
        "ReLU": digits(slope),
        "sigmoid": f"{digits(a)} × {digits(sigmoid(-z))}",
        "tanh": f"(1 − {bracket(a)}²)",
    }[name]
    reason = ""
    if name == "ReLU" and slope == 0:
        reason = "z is not above 0, so the slope is 0: here the gradient ends."
    elif scene.loss == ENTROPY and k == len(scene.layers) - 1:
        reason = "Sigmoid and cross-entropy together leave a − target" + (
            f", divided by {len(scene.target)}." if len(scene.target) > 1 else "."
        )
    elif slope < FLAT:
        reason = f"The {name} is nearly flat here: the slope {digits(slope)} lets little through."
    numbers = [f"dz = {bracket(run.da[k][j])} × {factor} = {digits(run.dz[k][j])}"]
    return Lines(f"through the activation of {name_of_unit(scene, step)}", formula, numbers, reason)


def write_dw(step, scene, run):
    k, j = step.layer, step.unit
    unit, dz, inputs = name_of_unit(scene, step), run.dz[k][j], came_in(scene, run, k)
    most = 4 if len(inputs) < 4 else 3
    entries = [
        f"from {pretty(source)}: {bracket(dz, most)} × {bracket(v, most)} = {digits(dw, most)}"
        for source, v, dw in zip(scene.columns[k], inputs, run.dw[k][j], strict=True)
    ]
    if scene.biased[k]:
        entries.append(f"bias: {digits(dz, most)}")
    numbers = filled(entries)
    formula = "dw = dz × what came in along the weight" + ",   db = dz" * scene.biased[k]
    reason = ""
    if dz == 0:
        reason = "dz is 0: these weights do not learn from this example."
    elif (inputs == 0).any():
        reason = "Where a 0 came in, the weight made no difference: its gradient is 0."
    bias = " and the bias" if scene.biased[k] else ""
    return Lines(f"the weights into {unit}{bias}", formula, numbers, reason)


def write_update(step, scene, run):
    after = descend(scene, run)
    entries = []
    for k in dict.fromkeys((0, len(after) - 1)):
        old, dw, new = (array[0, 0] for array in (scene.layers[k][0], run.dw[k], after[k][0]))
        name = f"{pretty(scene.columns[k][0])} → {pretty(scene.columns[k + 1][0])}"
        entries.append(
            f"{name}: {digits(old)} − {digits(scene.lr)} × {bracket(dw)} = {digits(new)}"
        )
    new_loss = compute(after, scene.x, scene.target, scene.loss).loss
    return Lines(
        "one step of gradient descent",
        "every weight: w − learning rate × dw,   every bias: b − learning rate × db",
        filled(entries),
        f"L was {digits(run.loss)}. With all the new weights and biases it is {digits(new_loss)}.",
    )


WRITERS = {
    "start": write_start,
    "z": write_z,
    "a": write_a,
    "loss": write_loss,
    "da": write_da,
    "dz": write_dz,
    "dw": write_dw,
    "update": write_update,
}
