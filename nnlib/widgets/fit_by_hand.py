"""Be the optimizer: fit a curve to points by hand, first by eye, then with the loss shown."""

import math
import threading

import numpy as np
import traitlets
from traitlets import Bool, Float, List, Unicode

from nnlib.palette import BLUE, GREEN, GREY, RED
from nnlib.widgets.base.javascript import HERE, joined, style
from nnlib.widgets.base.showpiece import Showpiece
from nnlib.widgets.models.fit_by_hand import compute, example_points, parabola, parabola_ranges


class FitByHand(Showpiece):
    """Points, and a curve with the parameters `at`: {name: value}, which set(a=1) changes.

    show_loss: whether the loss is shown; `tries` are the losses of all settings so far, to six
    digits; `last_error` is the exception of the last setting, or None.
    """

    _esm = joined(HERE / "fit_by_hand.js")
    _css = style("fit_by_hand")
    size = (7.4, 3.7)
    at = traitlets.Dict().tag(sync=True)
    show_loss = Bool(False).tag(sync=True, setting=True)
    tries = List(Float()).tag(sync=True)
    problem = traitlets.Dict().tag(sync=True)  # points, ranges, and whether the curve is in Python
    line, fitted = (List().tag(sync=True) for _ in range(2))  # the curve that is in Python
    alert = Unicode().tag(sync=True)

    def __init__(self, x, y, curve, ranges):
        self.x, self.y, self.curve, self.ranges = x, y, curve, ranges
        self.last_error = None
        self._lock = threading.Lock()  # JupyterLab handles messages in more than one thread
        problem = {
            "points": np.stack([x, y], axis=1).tolist(),
            "ranges": {name: [float(low), float(high)] for name, (low, high) in ranges.items()},
            "own": curve is not parabola,
        }
        at = {name: float(np.clip(0.0, *limits)) for name, limits in ranges.items()}
        super().__init__(problem=problem, at=at)
        self.observe(self._look, names="at")
        self._look()

    def settings(self):
        return [*self.ranges, "show_loss"]

    def set(self, **values):
        """Change parameters of the curve, or show_loss, by name; ValueError for another name."""
        moved = {name: float(values.pop(name)) for name in self.ranges if name in values}
        if set(values) <= {"show_loss"} and moved:
            self.at = self.at | moved
        return super().set(**values)

    def _look(self, _=None):
        """Compute the loss: another try, unless the page has counted it already."""
        with self._lock, self.hold_sync():
            self.last_error, self.alert = None, ""
            try:
                loss = compute(self.curve, self.at, self.x, self.y)
                if not math.isfinite(loss):
                    raise ValueError(f"the loss is {loss}: the curve left the numbers")
                if self.problem["own"]:
                    across = np.linspace(self.x.min(), self.x.max(), 201)
                    line = np.stack([across, self.curve(across, **self.at)], axis=1)
                    self.line = np.nan_to_num(line, posinf=1e300, neginf=-1e300).tolist()
                    self.fitted = np.asarray(self.curve(self.x, **self.at), float).tolist()
            except Exception as error:
                self.last_error = error
                self.alert = f"At these settings: {error} ({type(error).__name__})."
                return
            rounded = float(f"{loss:.6g}")
            if not self.tries or not math.isclose(self.tries[-1], rounded, rel_tol=1e-5):
                self.tries = [*self.tries, rounded]

    def for_page(self):
        """What a page without Python needs to show this; ValueError for a curve in Python."""
        if self.problem["own"]:
            raise ValueError("a page without Python has no curve that is written in Python")
        settings = {"at": self.at, "show_loss": self.show_loss}
        return {"settings": settings, "problem": self.problem}

    def draw(self, figure):
        left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
        across = np.linspace(self.x.min(), self.x.max(), 200)
        margin = 0.25 * (np.ptp(self.y) or 1)
        left.set(ylim=(self.y.min() - margin, self.y.max() + margin), xlabel="x", ylabel="y")
        left.plot(self.x, self.y, "o", color=BLUE, mec="white", ms=8, label="the points")
        left.plot(across, self.curve(across, **self.at), color=RED, lw=2.5, label="your curve")
        left.legend(loc="upper center", ncols=2, frameon=False)
        right.set(xlabel="try", ylabel="loss", title="Loss of every try")
        if not self.show_loss:
            right.text(0.5, 0.5, "hidden until you tick the box", ha="center", color=GREY)
            right.set(xticks=[], yticks=[], xlim=(0, 1), ylim=(0, 1))
            return
        left.vlines(self.x, self.y, self.curve(self.x, **self.at), color=GREY, lw=1.2, zorder=1.5)
        losses = np.maximum(self.tries, max(self.tries) * 1e-9 or 1e-9)
        count = np.arange(1, len(losses) + 1)
        right.plot(count, losses, color=RED, lw=1.2, marker=".", ms=5)
        right.plot(count[losses.argmin()], losses.min(), "*", color=GREEN, mec="white", ms=15)
        right.set_yscale("log")

    def describe(self):
        parameters = ", ".join(f"{name} = {value:g}" for name, value in self.at.items())
        text = f"{len(self.x)} points and a curve with {parameters}."
        if not self.show_loss or not self.tries:
            return f"{text} The loss is hidden."
        count = "1 try" if len(self.tries) == 1 else f"{len(self.tries)} tries"
        best = f"the best of {count} is {min(self.tries):.4g}"
        return f"{text} The loss is {self.tries[-1]:.4g}; {best}."


def fit_by_hand(x=None, y=None, curve=None, ranges=None):
    """Fit a curve to points by hand. Without arguments: 15 points and a parabola.

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
