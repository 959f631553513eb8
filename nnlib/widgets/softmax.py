"""Softmax: from logits to probabilities, the temperature, and what overflows."""

import math

import numpy as np

from nnlib.palette import BLACK, BLUE, CYCLE, GREY, RED_TEXT
from nnlib.widgets.base.controls import choice, log_slider, slider
from nnlib.widgets.base.live_picture import LivePicture
from nnlib.widgets.base.quick_text import QuickText

FORMATS = {"float32": np.float32, "float64": np.float64}
MOST = 6  # logits that the picture has room for


def compute(logits, temperature, number_format="float32"):
    """Return (exponentials, plain, safe), each of the logits' shape (n,).

    plain = exp(z/T) / Σ exp(z/T) as the formula says; safe subtracts the largest z/T first.
    """
    z = np.asarray(logits, FORMATS[number_format]) / FORMATS[number_format](temperature)
    with np.errstate(all="ignore"):  # the overflow is what this explorer shows
        exponentials = np.exp(z)
        plain = exponentials / exponentials.sum()
        shifted = np.exp(z - z.max())
    return exponentials, plain, shifted / shifted.sum()


def write(value):
    """Write a number with four digits, a real minus sign included."""
    size = abs(value)
    if not math.isfinite(value):
        text = str(value)
    elif size >= 1e4 or 0 < size < 5e-4:
        text = f"{value:.1e}"
    else:
        text = f"{value:.{4 - len(str(int(size)))}f}"
    return text.replace("-", "−")


def verdict(exponentials, plain, safe, number_format):
    """Say in a sentence whether the plain formula survived."""
    if np.isinf(exponentials).any():
        largest = math.log(np.finfo(FORMATS[number_format]).max)
        return (
            f"{number_format} holds exp(x) only up to x = {largest:.1f}: beyond, exp is inf, "
            "and inf / inf is nan"
        )
    if exponentials.sum() == 0:
        return f"every exp(z/T) is too small for {number_format}: 0 / 0 is nan"
    if not np.allclose(plain, safe, atol=1e-4):
        return "exp(z/T) has lost its digits: the plain formula is off"
    return "both ways agree"


class SoftmaxExplorer(LivePicture):
    """Bars of the probabilities; beside them every step of the formula in numbers."""

    size = (7.4, 3.5)

    def __init__(self, logits, names):
        self.logits, self.names = logits, names
        start = {f"z{i}": value for i, value in enumerate(logits, start=1)}
        self.presets = {
            "Cold": start | {"temperature": 0.1, "shift": 0.0},
            "Hot": start | {"temperature": 10.0, "shift": 0.0},
            "All equal": dict.fromkeys(start, 1.0) | {"temperature": 1.0, "shift": 0.0},
            "Overflow": start | {"temperature": 1.0, "shift": 100.0, "number_format": "float32"},
            "Underflow": start | {"temperature": 1.0, "shift": -200.0, "number_format": "float32"},
        }
        super().__init__()

    def make_controls(self):
        side = max(5.0, math.ceil(max(abs(value) for value in self.logits)))
        sliders = {
            f"z{i}": slider(f"logit {name}", -side, side, value)
            for i, (name, value) in enumerate(zip(self.names, self.logits, strict=True), start=1)
        }
        return sliders | {
            "temperature": log_slider("temperature T", -2, 2, 1.0),
            "shift": slider("add to all", -1000, 1000, 0.0, 10.0),
            "number_format": choice("numbers", list(FORMATS)),
        }

    def build(self, fig):
        fig.get_layout_engine().set(rect=(0, 0.09, 1, 0.91), w_pad=0.08)
        left, right = fig.subplots(1, 2, width_ratios=(1, 1.35))
        count = len(self.names)
        left.set(xlim=(-0.6, count - 0.4), ylim=(0, 1.12), ylabel="probability")
        left.set(title="With the max subtracted", xlabel="class")
        left.set_xticks(range(count), self.names)
        bars = left.bar(range(count), [0.5] * count, 0.62, color=CYCLE[:count])
        numbers = [left.text(i, 0, "", ha="center", va="bottom") for i in range(count)]

        right.set_title("The formula as it stands")
        right.set_axis_off()
        places = (0.0, 0.38, 0.7, 1.0)
        heads = ("class", "z", "exp(z/T)", "exp(z/T) / sum")
        columns = []  # a text with several lines is drawn faster than several texts
        for x, head in zip(places, heads, strict=True):
            style = {"ha": "left" if x == 0 else "right", "transform": right.transAxes}
            right.text(x, 0.9, head, color=GREY, **style)
            columns.append(right.text(x, 0.77 - 0.106 * count, "", linespacing=2, **style))
        columns[0].set_text("\n".join([*self.names, "sum"]))
        note = QuickText(fig, 0.5, 0.045)
        return {"bars": list(bars), "numbers": numbers, "columns": columns[1:], "note": note}

    def compute(self, temperature, shift, number_format, **logits):
        z = np.array(list(logits.values())) + shift
        exponentials, plain, safe = compute(z, temperature, number_format)
        return {
            "z": z,
            "exponentials": exponentials,
            "plain": plain,
            "safe": safe,
            "temperature": temperature,
            "number_format": number_format,
            "said": verdict(exponentials, plain, safe, number_format),
        }

    def update(self, artists, z, exponentials, plain, safe, said, **_):
        for bar, number, height in zip(artists["bars"], artists["numbers"], safe, strict=True):
            bar.set_height(height)
            number.set_text(f"{height:.3f}")
            number.set_y(height + 0.01)
        with np.errstate(all="ignore"):
            sums = np.nan, exponentials.sum(), plain.sum()
        contents = zip(artists["columns"], (z, exponentials, plain), sums, strict=True)
        for i, (column, numbers, total) in enumerate(contents):
            lines = [write(float(value)) for value in (*numbers, total)]
            lines[-1] = lines[-1] if i else "–"  # the sum of the logits is of no use
            column.set_text("\n".join(lines))
            column.set_color(BLACK if np.isfinite(numbers).all() else RED_TEXT)
        artists["note"].set_text(said)
        artists["note"].set_color(BLUE if said.startswith("both") else RED_TEXT)

    def describe(self, z, safe, temperature, number_format, said, **_):
        shares = ", ".join(f"{n} {p:.3f}" for n, p in zip(self.names, safe, strict=True))
        written = ", ".join(f"{value:g}" for value in z)
        return (
            f"Softmax of the logits ({written}) at temperature {temperature:.2g}: {shares}. "
            f"Numbers are {number_format}: {said}."
        )


def explore_softmax(logits=(2.0, 1.0, 0.1), names=None):
    """Show softmax of 2 to 6 logits, with a temperature, and where the plain formula overflows.

    names: one short name a logit, A, B, C without it. ValueError for other numbers of them.
    """
    logits = [float(value) for value in logits]
    if not 2 <= len(logits) <= MOST or not np.isfinite(logits).all():
        raise ValueError(f"explore_softmax expected 2 to {MOST} finite logits, got {logits}.")
    names = [str(name) for name in names] if names is not None else list("ABCDEF"[: len(logits)])
    if len(names) != len(logits):
        raise ValueError(
            f"explore_softmax expected {len(logits)} names, one a logit, got {len(names)}."
        )
    return SoftmaxExplorer(logits, names)
