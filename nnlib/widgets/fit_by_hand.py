"""Be the optimizer: fit a curve to points by hand, first by eye, then with the loss shown."""

import math

import numpy as np
from matplotlib.transforms import Bbox

from nnlib.palette import BLUE, GREEN, GREY, RED
from nnlib.widgets.base.controls import slider, toggle
from nnlib.widgets.base.live_picture import LivePicture


def example_points():
    """Return 15 points (x, y) scattered about y = 0.6 x² − 1.2 x + 1."""
    x = np.linspace(-2, 3, 15)
    scatter = np.random.default_rng(7).normal(0, 0.45, x.size)
    return x, 0.6 * x**2 - 1.2 * x + 1 + scatter


def parabola(x, a, b, c):
    """y = a x² + b x + c."""
    return a * x**2 + b * x + c


def compute(curve, parameters, x, y):
    """Return the loss at these parameters: the mean of (curve(x) − y)², over n points."""
    return float(np.mean((curve(x, **parameters) - y) ** 2))


def round_up(value):
    """Return the next of 1, 2, 5, 10, 20, ... (and 0.5, 0.2, ...) that is not below value."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= value * (1 - 1e-9))


def parabola_ranges(x, y):
    """Return (low, high) for a, b and c, wide enough for the best fit and for bad ones."""
    reach_x, reach_y = np.abs(x).max(), max(np.abs(y).max(), 1e-9)
    best = np.abs(np.linalg.lstsq(np.vander(x, 3, increasing=True), y)[0])
    c, b, a = (round_up(max(reach_y / reach_x**power, 1.5 * best[power])) for power in range(3))
    return {"a": (-a, a), "b": (-b, b), "c": (-c, c)}


class FitByHand(LivePicture):
    """Points and a curve; beside them, once it is asked for, the loss of every try so far."""

    size = (7.4, 3.9)

    def __init__(self, x, y, curve, ranges):
        self.x, self.y, self.curve, self.ranges = x, y, curve, ranges
        self.tries = []
        self._last = None
        self.beside = self.alone = None  # where the points stand, with the loss and without
        self.presets = {
            "Flat": dict.fromkeys(ranges, 0.0),
            "Far away": {name: high for name, (_, high) in ranges.items()},
        }
        super().__init__()

    def make_controls(self):
        controls = {}
        for name, (low, high) in self.ranges.items():
            step = round_up((high - low) / 100)
            middle = min(max(0.0, low), high)
            controls[name] = slider(name, low, high, middle, step)
        controls["show_loss"] = toggle("show the loss of every try")
        controls["forget"] = self.action("Forget the tries", self.forget)
        return controls

    def forget(self):
        """Start the list of tries again."""
        self.tries = []
        self._last = None

    def build(self, fig):
        left, right = fig.subplots(1, 2, width_ratios=(1.25, 1))
        margin = 0.25 * (np.ptp(self.y) or 1)
        self.bottom, self.top = self.y.min() - margin, self.y.max() + margin
        self.line_x = np.linspace(self.x.min(), self.x.max(), 200)
        left.set(xlabel="x", ylabel="y", title="Points and your curve")
        left.set(ylim=(self.bottom, self.top))
        left.plot(self.x, self.y, "o", color=BLUE, mec="white", ms=8, label="the points")
        (curve,) = left.plot([], [], color=RED, lw=2.5, label="your curve")
        gaps = left.vlines(self.x, self.y, self.y, color=GREY, lw=1.2, zorder=1.5)
        note = left.text(0.5, 0.04, "", transform=left.transAxes, ha="center")
        left.set_xlim(*_padded(self.x.min(), self.x.max()))
        left.legend(loc="upper center", ncols=2, frameon=False)
        right.set(xlabel="try", ylabel="loss", title="Loss of every try", yscale="log")
        right.grid(color="0.9")
        (trace,) = right.plot([], [], color=RED, lw=1.2, marker=".", ms=5)
        (best,) = right.plot([], [], "*", color=GREEN, mec="white", ms=15)
        number = right.text(0.96, 0.95, "", transform=right.transAxes, ha="right", va="top")
        self.left, self.right = left, right
        return {
            "curve": curve,
            "gaps": gaps,
            "note": note,
            "trace": trace,
            "best": best,
            "number": number,
        }

    def _lay_out(self):
        super()._lay_out()
        self.beside, right = self.left.get_position(), self.right.get_position()
        self.alone = Bbox([self.beside.min, [right.x1, self.beside.y1]])

    def compute(self, show_loss, **parameters):
        loss = compute(self.curve, parameters, self.x, self.y)
        if not math.isfinite(loss):
            raise ValueError(f"the loss is {loss} at these settings; the curve left the numbers")
        if parameters != self._last:  # ticking the box is not another try
            self.tries.append(loss)
            self._last = parameters
        return {"show_loss": show_loss, "loss": loss, "parameters": parameters}

    def update(self, artists, show_loss, loss, parameters):
        line = self.curve(self.line_x, **parameters)
        outside = np.all((line < self.bottom) | (line > self.top))
        artists["curve"].set_data(self.line_x, line)
        artists["note"].set_text("your curve is outside the picture" if outside else "")
        artists["gaps"].set_visible(show_loss)
        if show_loss:
            ends = np.clip(self.curve(self.x, **parameters), self.bottom, self.top)
            artists["gaps"].set_segments(
                [[(x, y), (x, end)] for x, y, end in zip(self.x, self.y, ends, strict=True)]
            )
        for name in ("trace", "best", "number"):
            artists[name].set_visible(show_loss)
        self.right.set_visible(show_loss)
        if self.alone is not None:
            self.left.set_position(self.beside if show_loss else self.alone)
        floor = max(self.tries) * 1e-9 or 1e-9  # a perfect fit has loss 0: no place on a log axis
        losses = np.maximum(self.tries, floor)
        best = int(np.argmin(losses))
        count = np.arange(1, len(losses) + 1)
        artists["trace"].set_data(count, losses)
        artists["best"].set_data([best + 1], [losses[best]])
        artists["number"].set_text(f"now {loss:.4g}\nbest so far {self.tries[best]:.4g}")
        # limits in jumps: each change of limits draws the whole background again
        self.right.set_xlim(0, 25 * 2 ** math.ceil(math.log2(max(len(losses) / 24, 1))))
        self.right.set_ylim(
            10 ** math.floor(math.log10(losses.min() / 1.2)),
            10 ** math.ceil(math.log10(losses.max() * 3)),
        )

    def describe(self, show_loss, parameters, **_):
        settings = ", ".join(f"{name} = {value:g}" for name, value in parameters.items())
        text = f"{len(self.x)} points and a curve with {settings}."
        if show_loss:
            text += (
                f" The loss is {self.tries[-1]:.4g}; the best of {len(self.tries)} tries "
                f"is {min(self.tries):.4g}."
            )
        else:
            text += " The loss is hidden."
        return text


def fit_by_hand(x=None, y=None, curve=None, ranges=None):
    """Fit a curve to points by moving sliders. Without arguments: 15 points and a parabola.

    x, y: arrays of shape (n,), n >= 3. curve: a function of x and its parameters, by name;
    then ranges gives (low, high) for each of them: {"w": (-3, 3), "b": (-1, 1)}.
    ValueError for points that do not fit together, or a curve without ranges.
    """
    if (x is None) != (y is None):
        raise ValueError("fit_by_hand expected both x and y or neither, got only one of them")
    if x is None:
        x, y = example_points()
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if x.ndim != 1 or x.shape != y.shape or x.size < 3:
        raise ValueError(
            "fit_by_hand expected x and y of the same shape (n,) with at least 3 points, "
            f"got {x.shape} and {y.shape}"
        )
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError(
            "fit_by_hand got NaN or infinity among the points. "
            "Keep the others with keep = np.isfinite(x) & np.isfinite(y)"
        )
    if np.ptp(x) == 0:
        raise ValueError("fit_by_hand needs at least two different x, got one")
    if curve is None:
        curve, ranges = parabola, parabola_ranges(x, y)
    elif not ranges:
        raise ValueError(
            'a curve of your own needs ranges={"name": (low, high), ...}, one for each parameter'
        )
    return FitByHand(x, y, curve, ranges)


def _padded(low, high):
    margin = 0.06 * (high - low)
    return low - margin, high + margin
