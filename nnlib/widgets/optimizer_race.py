"""A race of optimizers: SGD, momentum, RMSProp and Adam from one start over one loss surface."""

import numpy as np
import traitlets
from traitlets import Dict, Float, Int, List, Unicode

from nnlib.palette import BLACK, CYCLE, DASHES, GREEN, GREY, MARKERS, SEQUENTIAL
from nnlib.widgets.base.javascript import HERE, joined, style
from nnlib.widgets.base.numbers import short
from nnlib.widgets.base.showpiece import Showpiece
from nnlib.widgets.models.optimizer_race import (
    GRID,
    MOST,
    OPTIMIZERS,
    SIDE,
    SURFACES,
    diverged,
    own_name,
    own_surface,
    trajectory,
)


class OptimizerRace(Showpiece):
    """The paths over the surface to the left, the losses after each step to the right.

    surface: a name of SURFACES, or that of the learner's own; runners: names of those that run;
    rates: the learning rate of each; momentum: μ of momentum and β1 of Adam; start: [x, y]; steps:
    how many are shown. Values that make no race are refused with a TraitError.
    """

    _esm = joined(HERE / "optimizer_race.js")
    _css = style("optimizer_race")
    surface = Unicode("bowl").tag(sync=True, setting=True)
    runners = List(traitlets.Enum(list(OPTIMIZERS)), list(OPTIMIZERS)).tag(sync=True, setting=True)
    rates = Dict(default_value=dict.fromkeys(OPTIMIZERS, 0.1)).tag(sync=True, setting=True)
    momentum = Float(0.9, min=0, max=0.99).tag(sync=True, setting=True)
    start = List(Float(min=-SIDE, max=SIDE), [4.0, 3.0], 2, 2).tag(sync=True, setting=True)
    steps = Int(20, min=0, max=MOST).tag(sync=True, setting=True)
    own = Dict().tag(sync=True)  # of the learner's own surface: its name, heights and races

    def __init__(self, function=None, **settings):
        self.surfaces = dict(SURFACES)
        if function is not None:
            name = f"{own_name(function)} (yours)"
            self.surfaces[name] = own_surface(function)
            heights = self.surfaces[name].loss(*np.meshgrid(GRID, GRID))
            known = heights[np.isfinite(heights)]
            if not known.size:
                raise ValueError(f"{name}: no finite number for any x and y from -5 to 5.")
            # what is no number is as high as it gets, for colours
            heights = np.nan_to_num(
                heights, nan=known.max(), posinf=known.max(), neginf=known.min()
            )
            rows = [[float(f"{h:.6g}") for h in row] for row in heights]
            settings = {"own": {"name": name, "heights": rows}, "surface": name} | settings
        super().__init__(**settings)
        if function is not None:
            self.observe(self.run_own, ["surface", "rates", "momentum", "start"])
            self.run_own()

    @traitlets.validate("surface")
    def _known(self, proposal):
        if proposal["value"] not in self.surfaces:
            raise traitlets.TraitError(f"surface is one of {', '.join(self.surfaces)}.")
        return proposal["value"]

    @traitlets.validate("rates")
    def _every_rate(self, proposal):
        rates = proposal["value"]
        fits = set(rates) == set(OPTIMIZERS)
        if not fits or not all(9.99e-4 <= rate <= 10.01 for rate in rates.values()):
            raise traitlets.TraitError(
                f"rates expected a rate from 0.001 to 10 for each of {', '.join(OPTIMIZERS)}, "
                f"got {rates}."
            )
        return rates

    def run_own(self, _=None):
        """Let all run over the learner's own surface, which the page cannot; `own` says how."""
        name = self.own["name"]
        if self.surface != name:
            return
        races, alert = {}, ""
        try:
            for runner in OPTIMIZERS:
                path, losses = self.path(name, runner)
                races[runner] = {"path": path.tolist(), "losses": plain(losses)}
        except Exception as error:  # a learner's own function may raise anything
            races, alert = {}, f"{error}."
        self.own = {**self.own, "races": races, "alert": alert}

    def alert(self):
        """What is wrong with the learner's own surface from this start, "" where nothing is."""
        return self.own.get("alert", "") if self.surface == self.own.get("name") else ""

    def path(self, surface, name):
        """Where one optimizer goes, (steps + 1, 2), and its losses (steps + 1,)."""
        with np.errstate(all="ignore"):
            path = trajectory(
                self.surfaces[surface], name, self.rates[name], self.momentum, self.start
            )
            return path, self.surfaces[surface].loss(*path.T)

    def race(self):
        """{name: (path, losses)} of those that run, MOST steps long or diverged."""
        if self.alert():
            return {}
        return {name: self.path(self.surface, name) for name in OPTIMIZERS if name in self.runners}

    def draw(self, figure):
        left, right = figure.subplots(1, 2)
        surface = self.surfaces[self.surface]
        heights = surface.loss(*np.meshgrid(GRID, GRID))
        known = heights[np.isfinite(heights)]
        low, high = known.min(), known.max()
        logs = low >= 0 and high > 0
        if high > low:
            levels = np.geomspace(high / 2000, high, 12) if logs else np.linspace(low, high, 12)
            look = {"levels": levels, "cmap": SEQUENTIAL, "norm": "log" if logs else "linear"}
            left.contour(GRID, GRID, heights, linewidths=0.9, alpha=0.8, **look)
        if len(surface.lowest):
            left.plot(*np.transpose(surface.lowest), "*", color=GREEN, ms=15, mec="white")
        left.plot(*self.start, "P", color=BLACK, ms=11, mec="white")
        found = self.race()
        for name, (path, losses) in found.items():
            i = list(OPTIMIZERS).index(name)
            look = {"color": CYCLE[i], "ls": DASHES[i], "lw": 1.8}
            now = min(self.steps, len(path) - 1)
            head = {"color": CYCLE[i], "marker": MARKERS[i], "mec": BLACK, "ms": 8, "ls": ""}
            left.plot(*path[: now + 1].T, marker=".", ms=5, **look)
            left.plot(*path[now], **head)
            right.plot(losses[: now + 1], **look)
            label = f"{name}: {standing(path, losses, self.steps)}"
            right.plot([now], losses[now : now + 1], label=label, **head)
        left.set(xlim=(-SIDE, SIDE), ylim=(-SIDE, SIDE), xlabel="x", ylabel="y", aspect=1)
        formula = f": {surface.formula}" if surface.formula else ""
        left.set_title(f"{self.surface}{formula}", fontsize=10)
        margin = 0.05 * (high - low) or 1
        limits = (1e-8 * high, 10 * high) if logs else (low - margin, high + margin)
        right.set(xlim=(-2, MOST + 2), ylim=limits, xlabel="step", ylabel="loss")
        right.set_yscale("log" if logs else "linear")
        right.grid(color=GREY, alpha=0.3)
        if found:
            right.legend(fontsize=8, frameon=False)

    def describe(self):
        found, formula = self.race(), self.surfaces[self.surface].formula
        losses = [
            f"{name} with rate {short(self.rates[name])}: {standing(*one, self.steps)}"
            for name, one in found.items()
        ]
        return (
            f"A race on the surface {self.surface}{formula and f', {formula}'}, from "
            f"({', '.join(map(short, self.start))}). Losses after {self.steps} steps: "
            f"{', '.join(losses) or 'none'}. {self.alert() or summary(found, self.steps)}"
        )


def plain(numbers):
    """Numbers as JSON knows them: what is none, or infinite, as very large."""
    return np.nan_to_num(numbers, nan=1e300, posinf=1e300, neginf=-1e300).tolist()


def standing(path, losses, steps):
    """Where one optimizer stands after some steps: its loss, or that it has diverged."""
    if diverged(path) and steps >= len(path) - 1:
        return f"diverged at step {len(path) - 1}"
    return short(losses[steps])


def summary(found, steps):
    """Say in a sentence who leads and who has run away."""
    if not found:
        return "Nobody runs. Tick an optimizer."
    ends = {name: len(path) - 1 for name, (path, _) in found.items() if diverged(path)}
    gone = [name for name, end in ends.items() if steps >= end]
    left = {name: losses[steps] for name, (_, losses) in found.items() if name not in gone}
    words = []
    if steps == 0:
        words.append("All stand at the start.")
    elif left:
        lowest = min(left.values())
        first = [name for name, loss in left.items() if loss == lowest]
        words.append(f"Lowest after step {steps}: {' and '.join(first)}.")
    if gone:
        each = ", ".join(f"{name} stopped at step {ends[name]}" for name in gone)
        words.append(f"Diverged, for the rate is too large: {each}.")
    return " ".join(words)


def explore_optimizers(surface=None):
    """Race SGD, momentum, RMSProp and Adam over a surface: play, pause, drag the start.

    surface: the name of one of the surfaces, or your own function f(x, y) of two parameters; it
    gets arrays and returns one of the same shape. The rate of SGD and the others are separate;
    `momentum` is also Adam's β1. ValueError for an unknown name or a function that returns no
    numbers, TypeError for anything else.
    """
    if surface is None:
        return OptimizerRace()
    if isinstance(surface, str):
        if surface not in SURFACES:
            raise ValueError(
                f"explore_optimizers expected one of {', '.join(SURFACES)}, got {surface!r}."
            )
        return OptimizerRace(surface=surface)
    if not callable(surface):
        raise TypeError(
            f"explore_optimizers expected a function of x and y, got {type(surface).__name__}. "
            "Pass the function itself, without brackets."
        )
    return OptimizerRace(surface)
