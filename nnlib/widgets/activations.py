"""Activation functions: the curve, its slope, and the tangent at one z."""

import numpy as np
import traitlets
from traitlets import Float, List, Unicode

from nnlib.palette import BLACK, CYCLE, DASHES, GREY
from nnlib.palette import GRID as LINES
from nnlib.widgets.base.javascript import HERE, joined, style
from nnlib.widgets.base.showpiece import Showpiece
from nnlib.widgets.models.activations import (
    GRID,
    KNOWN,
    SIDE,
    kind_of_point,
    leaky_relu,
    limits,
    measure,
    own_tables,
    slopes_between,
)
from nnlib.widgets.models.functions import ACTIVATIONS, call_of, name_of

MOST_OWN = 2


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


class ActivationExplorer(Showpiece):
    """Above, the functions with the tangent of the chosen one; below, their slopes.

    activation: the one with the point; z: its place, -6 to 6 in steps of 0.01; leak: the slope of
    leaky ReLU left of 0; shown: the names of the others that are drawn.
    """

    _esm = joined(HERE / "activations.js")
    _css = style("activations")
    size = (6.8, 4.6)
    activation = Unicode("sigmoid").tag(sync=True, setting=True)
    z = Float(1.0, min=-SIDE, max=SIDE).tag(sync=True, setting=True)
    leak = Float(0.01, min=0, max=1).tag(sync=True, setting=True)
    shown = List(Unicode(), ["sigmoid"]).tag(sync=True, setting=True)
    own = List().tag(sync=True)
    call = Unicode("explore_activations()").tag(sync=True)
    starts = traitlets.Dict().tag(sync=True)

    def __init__(self, own=(), call="explore_activations"):
        functions = {}
        for function in own:
            name = name_of(function)
            if name in KNOWN or name in functions:
                name = f"{name} ({'yours' if name in KNOWN else len(functions) + 1})"
            functions[name] = function
        self.functions = functions
        settings = {"call": call_of(call, *own)}
        if functions:
            settings["own"] = [own_tables(function, name) for name, function in functions.items()]
            starts = {"activation": next(iter(functions)), "shown": list(functions)}
            settings |= starts | {"starts": starts}
        super().__init__(**settings)

    @traitlets.validate("activation", "shown")
    def _known(self, proposal):
        names, known = proposal["value"], (*KNOWN, *self.functions)
        if not ({names} if isinstance(names, str) else set(names)) <= set(known):
            raise traitlets.TraitError(f"a name is one of {', '.join(known)}.")
        return names

    @traitlets.validate("z")
    def _on_the_grid(self, proposal):
        return round(proposal["value"], 2)

    def function(self, name):
        """The function with this name; leaky ReLU as it leaks now."""
        if name == "leaky ReLU":
            return lambda z: leaky_relu(z, self.leak)
        return self.functions.get(name) or ACTIVATIONS[name]

    def compute(self):
        """Return (value, slope left of z, slope right of z) of the chosen function."""
        return tuple(
            part.item() for part in measure(self.function(self.activation), np.array([self.z]))
        )

    def names(self):
        """The names of what is drawn: the chosen function, and what is shown besides."""
        known = (*KNOWN, *self.functions)
        return [name for name in known if name in self.shown or name == self.activation]

    def draw(self, figure):
        top, low = figure.subplots(2, 1, sharex=True, height_ratios=(1.45, 1))
        known = (*KNOWN, *self.functions)
        heights, slopes = [], []
        for name in self.names():
            value, left, right = measure(self.function(name), GRID)
            heights.append(value)
            slopes.append(slopes_between(left, right))
            chosen = name == self.activation
            look = {"color": CYCLE[known.index(name)], "lw": 2.6 if chosen else 1.8}
            look["ls"] = "-" if chosen else DASHES[known.index(name)]
            top.plot(GRID, value, label=name, **look)
            low.plot(GRID, slopes[-1], **look)
        value, left, right = self.compute()
        kind = kind_of_point(value, left, right)
        dot = {"color": BLACK, "mec": "white", "ms": 9, "ls": ""}
        if kind != "undefined":
            top.plot(self.z, value, "o", **dot)
        if kind == "smooth":
            slope = (left + right) / 2
            run = [self.z - 1.5, self.z + 1.5]
            top.plot(run, [value - 1.5 * slope, value + 1.5 * slope], color=BLACK, lw=1.8)
        if kind in ("smooth", "corner"):
            low.plot([self.z] * 2, [left, right], "o", **dot)
        top.set(xlim=(-SIDE, SIDE), ylim=limits(heights, SIDE), ylabel="output a")
        low.set(xlabel="weighted sum z", ylim=limits(slopes, 3), ylabel="slope da/dz")
        for ax in (top, low):
            ax.grid(color=LINES, lw=0.6)
            ax.axhline(0, color=GREY, lw=0.8)
            ax.axvline(self.z, color=GREY, ls=":", lw=1.3)
        figure.legend(loc="outside upper center", ncols=len(heights), frameon=False)

    def describe(self):
        return (
            f"{', '.join(self.names())} for z from −6 to 6, and below their slopes. The tangent "
            f"touches {self.activation} at z = {self.z:g}: "
            f"{sentence(self.activation, self.z, *self.compute())}."
        )


def explore_activations(*functions):
    """Drag a point along activation functions: the tangent follows, and the slope below.

    functions: up to two of your own, functions of z that stand beside the others. Each gets an
    array and returns one of the same shape; a function of single numbers works too. TypeError for
    what cannot be called, ValueError for a third one, or for one without a finite number.
    """
    return made(functions, "explore_activations")


def explore_activation(function):
    """Show one function of your own, its slope and its tangent; the others can be shown beside."""
    return made((function,), "explore_activation")


def made(functions, call):
    if len(functions) > MOST_OWN:
        raise ValueError(
            f"the explorer has room for {MOST_OWN} functions of yours, got {len(functions)}. "
            "Show the others in a second explorer"
        )
    for function in functions:
        if not callable(function):
            raise TypeError(
                f"the explorer expected a function of z, got {function!r}. "
                f"Pass the function itself, without brackets: {call}(my_function)"
            )
    return ActivationExplorer(functions, call)
