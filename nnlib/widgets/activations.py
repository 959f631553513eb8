"""Activation functions: the curve, its slope, and the tangent at one z."""

import numpy as np

from nnlib.palette import BLACK, CYCLE, DASHES, GREY, GRID
from nnlib.widgets.base.controls import choice, slider, toggle
from nnlib.widgets.base.live_picture import LivePicture
from nnlib.widgets.base.quick_text import QuickText
from nnlib.widgets.models.functions import apply, name_of, relu, sigmoid, step

SIDE = 6.0  # z goes from -6 to 6
LINE = np.linspace(-SIDE, SIDE, 480)  # an even number: 0, where ReLU has its corner, is left out
H = 1e-4  # how far the slopes look to the left and to the right
KNOWN = ("step", "sigmoid", "tanh", "ReLU", "leaky ReLU")
MOST_OWN = 2


def leaky_relu(z, leak=0.01):
    """z where z > 0, else leak × z."""
    return np.where(z > 0, z, leak * z)


def compute(function, z):
    """Return (values, left slopes, right slopes) of the function at z, each of z's shape.

    Left and right agree but for about 1e-4 where the function is smooth.
    """
    here = apply(function, z)
    with np.errstate(all="ignore"):
        left = (here - apply(function, z - H)) / H
        right = (apply(function, z + H) - here) / H
    return here, left, right


def slopes_between(left, right):
    """The slope along a line of points; NaN, a gap in its curve, where it jumps."""
    jump = np.abs(left - right) > 0.01 * (1 + np.abs(left) + np.abs(right))
    return np.where(jump, np.nan, (left + right) / 2)


def kind_of_point(value, left, right):
    """Say what the function does at one z: "smooth", "corner", "jump" or "undefined"."""
    if not np.isfinite([value, left, right]).all():
        return "undefined"
    if abs(left - right) <= 0.01 * (1 + abs(left) + abs(right)):
        return "smooth"
    return "jump" if max(abs(left), abs(right)) > 1000 else "corner"


def sentence(name, z, value, left, right):
    """Return what there is to say about the function at z."""
    kind = kind_of_point(value, left, right)
    at = f"{name}({z:g})"
    if kind == "undefined":
        return f"{at} or its slope is not a finite number"
    if kind == "jump":
        return f"{at} = {value:.4f}, and here it jumps: there is no slope"
    if kind == "corner":
        return f"{at} = {value:.4f}, a corner: slope {left:.4f} left of it, {right:.4f} right of it"
    return f"{at} = {value:.4f}, slope {(left + right) / 2 + 0.0:.4f}"


class ActivationExplorer(LivePicture):
    """Above, the functions with the tangent of the chosen one; below, their slopes."""

    size = (6.8, 4.6)

    def __init__(self, own=()):
        if len(own) > MOST_OWN:
            raise ValueError(
                f"the explorer has room for {MOST_OWN} functions of yours, got {len(own)}. "
                "Show the others in a second explorer"
            )
        self.own = {}
        for function in own:
            if not callable(function):
                raise TypeError(
                    f"the explorer expected a function of z, got {function!r}. "
                    "Pass the function itself, without brackets: explore_activation(my_function)"
                )
            name = name_of(function)
            if name in KNOWN or name in self.own:
                name = f"{name} ({'yours' if name in KNOWN else len(self.own) + 1})"
            self.own[name] = function
        self.names = (*KNOWN, *self.own)
        self.presets = {
            "All at once": dict.fromkeys(self.names, True),
            "Saturated": self._alone("sigmoid", 6.0),
            "Dead": self._alone("ReLU", -3.0),
            "On the corner": self._alone("ReLU", 0.0),
            "Nothing to follow": self._alone("step", 0.0),
        }
        super().__init__()

    def _alone(self, name, z):
        return dict.fromkeys(self.names, False) | {"activation": name, "z": z, name: True}

    def make_controls(self):
        first = next(iter(self.own), "sigmoid")
        return {
            "activation": choice("tangent to", list(self.names), first),
            "z": slider("at z", -SIDE, SIDE, 1.0),
            "leak": slider("leak", 0, 1, 0.01, 0.01),
            **{name: toggle(f"show {name}", name in (first, *self.own)) for name in self.names},
        }

    def functions(self, leak):
        """Return the functions by name; leak is the slope of leaky ReLU left of 0."""
        known = (step, sigmoid, np.tanh, relu, lambda z: leaky_relu(z, leak))
        return dict(zip(KNOWN, known, strict=True)) | self.own

    def build(self, fig):
        fig.get_layout_engine().set(rect=(0, 0.06, 1, 0.94), h_pad=0.06)
        self.top, self.low = fig.subplots(2, 1, sharex=True, height_ratios=(1.45, 1))
        self.top.set(xlim=(-SIDE, SIDE), ylabel="output a", ylim=(-1, 1))
        self.low.set(xlabel="weighted sum z", ylabel="slope da/dz", ylim=(-1, 1))
        for ax in (self.top, self.low):
            ax.grid(color=GRID, lw=0.6)
            ax.axhline(0, color=GREY, lw=0.8)
        curves, slopes = [], []
        for i, name in enumerate(self.names):
            style = {"color": CYCLE[i]}
            curves += self.top.plot([], [], label=name, **style)
            slopes += self.low.plot([], [], **style)
        self.legend = fig.legend(
            handles=curves, loc="outside upper center", ncols=len(self.names), frameon=False,
            fontsize=9, handlelength=2.2, columnspacing=1.2,
        )  # fmt: skip
        (tangent,) = self.top.plot([], [], color=BLACK, lw=1.8)
        guides = [ax.axvline(0, color=GREY, ls=":", lw=1.3) for ax in (self.top, self.low)]
        dot = {"marker": "o", "ms": 9, "mfc": BLACK, "mec": "white", "mew": 1.5, "ls": ""}
        return {
            "guides": guides,
            "curves": curves,
            "slopes": slopes,
            "legend": self.legend,
            "tangent": tangent,
            "point": self.top.plot([], [], zorder=4, **dot)[0],
            "slope": self.low.plot([], [], zorder=4, **dot)[0],
            "note": QuickText(fig, 0.5, 0.035, size=11),
        }

    def compute(self, activation, z, leak, **shown):
        functions = self.functions(leak)
        for name in self.names:  # the one with the tangent is shown anyhow
            self.controls[name].hidden = name == activation
        self.controls["leak"].hidden = not (shown["leaky ReLU"] or activation == "leaky ReLU")
        shown = [name for name, on in shown.items() if on or name == activation]
        at = compute(functions[activation], np.array([z]))
        return {
            "curves": {name: compute(functions[name], LINE) for name in shown},
            "at": [one.item() for one in at],
            "activation": activation,
            "z": z,
        }

    def update(self, artists, curves, at, activation, z):
        heights, steepness = [], []
        for i, name in enumerate(self.names):
            key = self.legend.get_lines()[i]
            for line in (artists["curves"][i], artists["slopes"][i], key):
                line.set_visible(name in curves)
                line.set_linewidth(2.8 if name == activation else 1.8)
                line.set_linestyle("-" if name == activation else DASHES[1 + i % 6])
            self.legend.get_texts()[i].set_visible(name in curves)
            if name in curves:
                values, left, right = curves[name]
                slopes = slopes_between(left, right)
                artists["curves"][i].set_data(LINE, values)
                artists["slopes"][i].set_data(LINE, slopes)
                heights.append(values)
                steepness.append(slopes)
        self.top.set_ylim(limits(heights, most=SIDE))
        self.low.set_ylim(limits(steepness, most=3))

        value, left, right = at
        kind = kind_of_point(value, left, right)
        artists["tangent"].set_visible(kind == "smooth")
        artists["point"].set_visible(kind != "undefined")
        artists["slope"].set_visible(kind in ("smooth", "corner"))
        run = np.array([-1.5, 1.5])
        artists["tangent"].set_data(z + run, value + (left + right) / 2 * run)
        artists["point"].set_data([z], [value])
        artists["slope"].set_data([z, z], [left, right])  # one dot, or two at a corner
        for guide in artists["guides"]:
            guide.set_xdata([z, z])
        artists["note"].set_text(sentence(activation, z, value, left, right))

    def describe(self, curves, at, activation, z):
        return (
            f"{', '.join(curves)} for z from −6 to 6, and below their slopes. The tangent touches "
            f"{activation} at z = {z:g}: {sentence(activation, z, *at)}."
        )


def limits(curves, most):
    """Return (low, high) that hold the curves and 0, but go no further than `most` from 0.

    ValueError when no value is a finite number.
    """
    values = np.concatenate([curve[np.isfinite(curve)] for curve in curves])
    if values.size == 0:
        raise ValueError(
            "the function gives no finite number for any z from −6 to 6. "
            "Call it on np.linspace(-6, 6, 5) and look"
        )
    low = max(-most, min(0.0, values.min()))
    high = min(most, max(0.0, values.max()))
    margin = 0.1 * (high - low) or 1.0
    return low - margin, high + margin


def explore_activations(*functions):
    """Show activation functions, their slopes, and a tangent that you move.

    functions: up to two of your own, functions of z that stand beside the others. Each gets an
    array and returns one of the same shape; a function of single numbers works too.
    """
    return ActivationExplorer(functions)


def explore_activation(function):
    """Show one function of your own, its slope and its tangent; the others can be shown beside."""
    return ActivationExplorer((function,))
