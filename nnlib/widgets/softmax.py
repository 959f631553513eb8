"""Softmax: from logits to probabilities, the temperature, and what overflows."""

import math

import numpy as np
import traitlets
from traitlets import Float, List, Unicode

from nnlib.palette import BLACK, CYCLE, GREY, RED_TEXT
from nnlib.widgets.base.javascript import HERE, joined, style
from nnlib.widgets.base.numbers import fixed, short
from nnlib.widgets.base.showpiece import Showpiece
from nnlib.widgets.models.softmax import FORMATS, compute, verdict

MOST = 6  # logits that the picture has room for


class SoftmaxExplorer(Showpiece):
    """Bars of logits and of probabilities; beside them every step of the formula in numbers.

    z1 to z6: the logits, as many as there are names; shift: added to all of them; temperature;
    number_format: "float32" or "float64", for the formula.
    """

    _esm = joined(HERE / "softmax.js")
    _css = style("softmax")
    size = (8.6, 3.4)
    z1, z2, z3, z4, z5, z6 = (Float().tag(sync=True, setting=True) for _ in range(MOST))
    temperature = Float(1.0, min=0.01, max=100).tag(sync=True, setting=True)
    shift = Float(0.0, min=-1000, max=1000).tag(sync=True, setting=True)
    number_format = traitlets.Enum(tuple(FORMATS), "float32").tag(sync=True, setting=True)
    names = List().tag(sync=True)
    side = Float().tag(sync=True)
    call = Unicode("explore_softmax()").tag(sync=True)
    starts = traitlets.Dict().tag(sync=True)

    @property
    def logits(self):
        """The logits, without the shift: an array (n,)."""
        return np.array([getattr(self, f"z{i + 1}") for i in range(len(self.names))])

    def compute(self):
        """Return (exponentials, plain, safe) of the logits with the shift, each (n,)."""
        return compute(self.logits + self.shift, self.temperature, self.number_format)

    def for_page(self):
        """What a page without a kernel needs: the options of its render()."""
        names = [*self.settings(), "names", "side", "call", "starts"]
        return {"settings": {name: getattr(self, name) for name in names}}

    def draw(self, figure):
        first, left, right = figure.subplots(1, 3, width_ratios=(1, 1, 1.75))
        exponentials, plain, safe = self.compute()
        places, side = range(len(safe)), 1.25 * self.side
        first.set(ylim=(-side, side), ylabel="logit z", title="The logits")
        first.axhline(0, color=GREY, lw=1)
        left.set(ylim=(0, 1.12), ylabel="probability", title="Probabilities")
        for ax, heights, decimals in ((first, self.logits, 2), (left, safe, 3)):
            ax.bar(places, heights, 0.62, color=CYCLE[: len(safe)])
            ax.hlines(heights, *(np.array(places) + off for off in (-0.31, 0.31)), BLACK, lw=4)
            up = 0.03 * np.diff(ax.get_ylim())[0]
            for place, height in zip(places, heights, strict=True):
                text = fixed(height, decimals)
                ax.text(place, max(height, 0) + up, text, ha="center", va="bottom", fontsize=8)
            ax.set_xticks(places, self.names)
        right.set_axis_off()
        right.set_title("The formula as it stands")
        with np.errstate(all="ignore"):
            columns = (
                ("class", [*self.names, "sum"]),
                ("z", [*(self.logits + self.shift), None]),
                ("exp(z/T)", [*exponentials, exponentials.sum()]),
                ("exp(z/T) / sum", [*plain, plain.sum()]),
            )
        for x, (head, cells) in zip((0, 0.32, 0.62, 1), columns, strict=True):
            look = {"ha": "right" if x else "left", "transform": right.transAxes}
            right.text(x, 0.9, head, color=GREY, **look)
            for row, cell in enumerate(cells):
                text = cell if isinstance(cell, str) else "–" if cell is None else short(cell)
                broken = not isinstance(cell, str) and cell is not None and not np.isfinite(cell)
                colour = RED_TEXT if broken else BLACK
                right.text(x, 0.78 - 0.11 * row, text, color=colour, **look)
        figure.supxlabel(verdict(exponentials, plain, safe, self.number_format), fontsize=10)

    def describe(self):
        exponentials, plain, safe = self.compute()
        shares = ", ".join(f"{n} {p:.3f}" for n, p in zip(self.names, safe, strict=True))
        said = verdict(exponentials, plain, safe, self.number_format)
        return (
            f"Softmax of the logits ({', '.join(f'{z:g}' for z in self.logits + self.shift)}) at "
            f"temperature {self.temperature:.2g}: {shares}. "
            f"Numbers are {self.number_format}: {said}."
        )


def explore_softmax(logits=(2.0, 1.0, 0.1), names=None):
    """Drag the logits or the probabilities of a softmax; find where the plain formula overflows.

    logits: 2 to 6 of them; names: one short name for each, A, B, C without it. ValueError for
    other numbers of them.
    """
    logits = [float(value) for value in logits]
    if not 2 <= len(logits) <= MOST or not np.isfinite(logits).all():
        raise ValueError(f"explore_softmax expected 2 to {MOST} finite logits, got {logits}.")
    given = [] if names is None else [[str(name) for name in names]]
    names = given[0] if given else list("ABCDEF"[: len(logits)])
    if len(names) != len(logits):
        raise ValueError(
            f"explore_softmax expected {len(logits)} names, one for each logit, got {len(names)}."
        )
    side = max(5.0, math.ceil(max(abs(value) for value in logits)))
    start = {f"z{i}": value for i, value in enumerate(logits, start=1)}
    start |= {f"z{i}": 0.0 for i in range(len(logits) + 1, MOST + 1)}
    call = "explore_softmax()"
    if given or logits != [2.0, 1.0, 0.1]:
        call = f"explore_softmax({', '.join(map(repr, [logits, *given]))})"
    return SoftmaxExplorer(names=names, side=float(side), call=call, starts=start, **start)
