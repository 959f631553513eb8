"""Build a function from hidden units: two steep sigmoids make a bump, bumps add up to a curve."""

import numpy as np
import traitlets
from traitlets import Float, Int, List, Unicode

from nnlib.palette import BLACK, BLUE, RED, SKY_LINE
from nnlib.widgets.base.javascript import HERE, joined, style
from nnlib.widgets.base.showpiece import Showpiece
from nnlib.widgets.models.bumps import (
    BUMP,
    INSIDE,
    TARGETS,
    TENT,
    X,
    compute,
    read_off,
)
from nnlib.widgets.models.functions import apply, call_of, name_of, table

MOST = 50
SIDE = 2.0  # heights go from -2 to 2
BY_HAND, READ_OFF = "by hand", "read off"
FINE = np.linspace(-0.25, 1.25, 3001)  # where the page knows a target of the learner's own


class BumpsExplorer(Showpiece):
    """The target and the network above, what each group of hidden units adds below.

    kind: bumps of two sigmoids or tents of three ReLUs; n: how many; mode: "by hand", where their
    heights are `heights` (0 where it is too short), or "read off" the target; steepness: of bumps.
    """

    _esm = joined(HERE / "bumps.js")
    _css = style("bumps")
    size = (7.0, 4.3)
    target = Unicode("wave").tag(sync=True, setting=True)
    kind = traitlets.Enum((BUMP, TENT), BUMP).tag(sync=True, setting=True)
    steepness = Float(200.0, min=5, max=1000).tag(sync=True, setting=True)
    mode = traitlets.Enum((BY_HAND, READ_OFF), BY_HAND).tag(sync=True, setting=True)
    n = Int(6, min=1, max=MOST).tag(sync=True, setting=True)
    heights = List(Float(), [0, 0.8, 0, 0, 0, 0]).tag(sync=True, setting=True)
    chosen = Int(1, min=0, max=MOST - 1).tag(sync=True)  # the bump that the keys move
    own = traitlets.Dict().tag(sync=True)
    call = Unicode("explore_bumps()").tag(sync=True)
    starts = traitlets.Dict().tag(sync=True)

    def __init__(self, function=None):
        self.targets = dict(TARGETS)
        own = {}
        if function is not None:
            name = f"{name_of(function)} (yours)"
            self.targets[name] = function
            read_off(function, TENT, MOST)
            values = apply(function, FINE)
            own = {"target": name, "own": table(function, FINE[0], FINE[-1], values)}
            own |= {"call": call_of("explore_bumps", function), "starts": {"target": name}}
        super().__init__(**own)

    @traitlets.validate("target")
    def _known(self, proposal):
        if proposal["value"] not in self.targets:
            raise traitlets.TraitError(f"target is one of {', '.join(self.targets)}.")
        return proposal["value"]

    def now(self):
        """The heights of the n bumps, an array (n,)."""
        if self.mode == READ_OFF:
            return read_off(self.targets[self.target], self.kind, self.n)
        return np.array([*self.heights, *[0.0] * self.n])[: self.n]

    def compute(self):
        """Return (y, parts, errors): output and each bump's part over X, |error| from 0 to 1."""
        y, parts = compute(self.kind, self.now(), self.steepness)
        return y, parts, np.abs(y - apply(self.targets[self.target], X))[INSIDE]

    def draw(self, figure):
        top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(1.7, 1))
        y, parts, _ = self.compute()
        wanted = apply(self.targets[self.target], X)
        top.plot(X, wanted, color=BLACK, ls="--", lw=2, label="target")
        top.plot(X, y, color=RED, lw=2, label="the network")
        shown = INSIDE & np.isfinite(wanted)
        top.fill_between(X, y, wanted, where=shown, color=RED, alpha=0.18, lw=0, label="error")
        for k, part in enumerate(parts):
            bottom.plot(X, part, color=SKY_LINE if k % 2 else BLUE, ls="--" if k % 2 else "-")
        top.set(xlim=(X[0], X[-1]), ylim=(-SIDE, SIDE), ylabel="y")
        bottom.set(xlabel="x", ylabel="what each adds", ylim=(-SIDE, SIDE))
        for ax in (top, bottom):
            ax.axhline(0, color="0.85", lw=1, zorder=0)
            for beyond in ((X[0], 0), (1, X[-1])):
                ax.axvspan(*beyond, color="0.94", zorder=0)
        top.legend(loc="upper center", ncols=3, frameon=False)

    def describe(self):
        _, parts, errors = self.compute()
        return (
            f"The target, a {self.target}, and the sum of {len(parts)} {self.kind} with heights "
            f"{self.mode}. The largest error between 0 and 1 is {errors.max():.3f}, "
            f"the mean error {errors.mean():.3f}."
        )


def explore_bumps(target=None):
    """Build a function on 0 to 1 from hidden units: paint their heights, or read off the target.

    target: your own function of x, with values from -2 to 2; it gets an array and returns one of
    the same shape. ValueError for anything that cannot be called, or is not finite there.
    """
    if target is not None and not callable(target):
        raise ValueError(
            f"explore_bumps expected a function of x, got {target!r}. "
            "Pass the function itself, without brackets."
        )
    return BumpsExplorer(target)
