"""Build a function from hidden units: two steep sigmoids make a bump, bumps add up to a curve."""

import numpy as np

from nnlib.palette import BLACK, BLUE, GREY, RED, SKY_LINE
from nnlib.widgets.base.controls import choice, int_slider, slider
from nnlib.widgets.base.live_picture import LivePicture
from nnlib.widgets.base.numbers import short
from nnlib.widgets.base.quick_text import QuickText
from nnlib.widgets.models.functions import apply, name_of, relu, sigmoid

BY_HAND = 6  # bumps with a slider each
MOST = 50
SIDE = 2.0  # heights go from -2 to 2
BUMP, TENT = "bumps of two sigmoids", "tents of three ReLUs"
X = np.linspace(-0.25, 1.25, 451)
INSIDE = (X >= 0) & (X <= 1)  # the promise is made for 0 to 1 and nothing beyond


def wave(x):
    """A slow wave and a faster one."""
    return 0.6 * np.sin(2 * np.pi * x) + 0.4 * np.cos(5 * np.pi * x)


def peak(x):
    """A narrow peak in the middle."""
    return 1.6 * np.exp(-150 * (x - 0.45) ** 2) - 0.3


def jump(x):
    """Not continuous: it jumps at 0.52."""
    return np.where(x < 0.52, -0.8, 0.9)


TARGETS = {"wave": wave, "peak": peak, "jump": jump}


def centres(kind, n):
    """Return the x at which each of the n bumps reads the target."""
    if kind == TENT and n > 1:
        return np.linspace(0, 1, n)
    return (np.arange(n) + 0.5) / n


def network(kind, heights, steepness):
    """Return (w, b, v), each (units,): hidden weights and biases, and the output weights.

    The network is y = Σ v f(w x + b), with f the sigmoid (two units a bump) or ReLU (three a tent).
    """
    heights = np.asarray(heights, float)
    n = len(heights)
    if kind == BUMP:
        edges = np.stack([np.arange(n), np.arange(1, n + 1)], axis=1) / n
        edges[0, 0] -= 1 / n  # the outer ones begin and end beyond the border, where half of a
        edges[-1, 1] += 1 / n  # bump would be missing
        w = np.full(2 * n, float(steepness))
        return w, -w * edges.ravel(), np.outer(heights, [1, -1]).ravel()
    width = 1 / (n - 1) if n > 1 else 0.5
    edges = centres(kind, n)[:, None] + width * np.array([-1, 0, 1])
    return np.ones(3 * n), -edges.ravel(), np.outer(heights, [1, -2, 1]).ravel() / width


def compute(kind, heights, steepness, x=X):
    """Return (y, parts): the network's output (len(x),), and what each bump adds (n, len(x))."""
    w, b, v = network(kind, heights, steepness)
    function = sigmoid if kind == BUMP else relu
    units = v[:, None] * function(w[:, None] * x + b[:, None])
    parts = units.reshape(len(heights), -1, len(x)).sum(axis=1)
    return parts.sum(axis=0), parts


class BumpsExplorer(LivePicture):
    """The target and the network above, what each group of hidden units adds below."""

    size = (7.0, 4.3)
    presets = {
        "Read off 6": {"mode": "read off", "kind": BUMP, "n": 6, "steepness": 200.0},
        "Read off 50": {"mode": "read off", "kind": BUMP, "n": 50, "steepness": 1000.0},
        "Too soft": {"mode": "read off", "kind": BUMP, "n": 12, "steepness": 10.0},
        "A jump": {"mode": "read off", "kind": TENT, "n": 12, "target": "jump"},
    }

    def __init__(self, target=None):
        self.targets = dict(TARGETS)
        self.start = "wave"
        if target is not None:
            if not callable(target):
                raise ValueError(
                    f"explore_bumps expected a function of x, got {target!r}. "
                    "Pass the function itself, without brackets."
                )
            self.start = f"{name_of(target)} (yours)"
            self.targets[self.start] = target
        super().__init__()

    def make_controls(self):
        controls = {
            "target": choice("target", list(self.targets), self.start),
            "kind": choice("made of", [BUMP, TENT]),
            "steepness": slider("steepness", 5, 1000, 200.0, 5),
            "mode": choice("heights", {"by hand (6)": "by hand", "read off": "read off"}),
            "n": int_slider("how many", 1, MOST, 12),
        }
        for k in range(BY_HAND):
            controls[f"h{k + 1}"] = slider(f"height {k + 1}", -SIDE, SIDE, 0.8 if k == 1 else 0.0)
        return controls

    def heights(self, values):
        """Return the heights that the controls' values stand for."""
        if values["mode"] == "by hand":
            return np.array([values[f"h{k + 1}"] for k in range(BY_HAND)])
        heights = apply(self.targets[values["target"]], centres(values["kind"], values["n"]))
        if not np.isfinite(heights).all():
            raise ValueError("the target is not a finite number everywhere between 0 and 1")
        return heights

    def build(self, fig):
        fig.get_layout_engine().set(rect=(0, 0.09, 1, 0.91))
        top, bottom = fig.subplots(2, 1, sharex=True, height_ratios=(1.7, 1))
        top.set(xlim=(X[0], X[-1]), ylim=(-SIDE, SIDE), ylabel="y")
        bottom.set(xlabel="x", ylabel="what each adds", ylim=(-SIDE, SIDE))
        for ax in (top, bottom):
            ax.axhline(0, color="0.85", lw=1, zorder=0)
            for beyond in ((X[0], 0), (1, X[-1])):
                ax.axvspan(*beyond, color="0.94", zorder=0)
        (target,) = top.plot([], [], color=BLACK, ls="--", lw=2, label="target", zorder=2)
        (line,) = top.plot([], [], color=RED, lw=2, label="the network", zorder=3)
        gap = top.fill_between([0, 1], 0, 1, color=RED, alpha=0.18, lw=0, label="error")
        top.legend(loc="upper center", ncols=3, frameon=False)
        odd, even = (bottom.plot([], [], color=colour, lw=1.5)[0] for colour in (BLUE, SKY_LINE))
        even.set_linestyle("--")
        text = QuickText(fig, 0.5, 0.065)
        unit = QuickText(fig, 0.5, 0.022, color=GREY)
        return {
            "gap": gap,
            "target": target,
            "line": line,
            "odd": odd,
            "even": even,
            "text": text,
            "unit": unit,
        }

    def compute(self, target, kind, steepness, **values):
        by_hand = values["mode"] == "by hand"
        self.controls["n"].hidden = by_hand
        for k in range(BY_HAND):
            self.controls[f"h{k + 1}"].hidden = not by_hand
        self.controls["steepness"].hidden = kind == TENT
        heights = self.heights({"target": target, "kind": kind, **values})
        wanted = apply(self.targets[target], X)
        y, parts = compute(kind, heights, steepness)
        return {
            "target": target,
            "kind": kind,
            "mode": values["mode"],
            "heights": heights,
            "wanted": wanted,
            "y": y,
            "parts": parts,
            "network": network(kind, heights, steepness),
            "error": np.abs(y - wanted)[INSIDE],
        }

    def update(self, artists, kind, heights, wanted, y, parts, network, error, **_):
        artists["target"].set_data(X, wanted)
        artists["line"].set_data(X, y)
        artists["gap"].set_data(X, y, wanted, where=INSIDE & np.isfinite(wanted))
        # one line with breaks for every other bump: fifty artists would be slow to draw
        for name, first in (("odd", 0), ("even", 1)):
            some = np.column_stack([parts[first::2], np.full(len(parts[first::2]), np.nan)])
            artists[name].set_data(np.tile([*X, np.nan], len(some)), some.ravel())
        w, b, v = network
        artists["text"].set_text(
            f"{len(w)} hidden units, largest error {error.max():.3f}, mean error {error.mean():.3f}"
        )
        highest = np.argmax(np.abs(heights)) * (len(w) // len(heights))
        formula = unit_formula(kind, w[highest], b[highest], v[highest])
        artists["unit"].set_text(f"hidden unit {highest + 1} adds {formula}")

    def describe(self, target, kind, mode, heights, error, **_):
        return (
            f"The target, a {target}, and the sum of {len(heights)} {kind} with heights "
            f"{mode}. The largest error between 0 and 1 is {error.max():.3f}, "
            f"the mean error {error.mean():.3f}."
        )


def unit_formula(kind, w, b, v):
    """Write one hidden unit and its output weight: 0.8 × sigmoid(200 x − 33.3)."""
    name = "sigmoid" if kind == BUMP else "ReLU"
    sign = "+" if b > 0 else "−"
    return f"{short(v)} × {name}({short(w)} x {sign} {short(abs(b))})"


def explore_bumps(target=None):
    """Build a function on 0 to 1 from hidden units, by hand or by reading off the target.

    target: your own function of x, with values from -2 to 2; it gets an array and returns one of
    the same shape. ValueError for anything that cannot be called.
    """
    return BumpsExplorer(target)
