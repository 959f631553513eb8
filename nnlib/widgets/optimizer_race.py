"""A race of optimizers: SGD, momentum, RMSProp and Adam from one start over one loss surface."""

import math
from functools import lru_cache

import numpy as np
from matplotlib.lines import Line2D

from nnlib.palette import BLACK, CYCLE, DASHES, GREEN, GREY, MARKERS, SEQUENTIAL
from nnlib.widgets.base.controls import choice, int_slider, log_slider, slider, toggle
from nnlib.widgets.base.live_picture import LivePicture
from nnlib.widgets.base.quick_text import QuickText
from nnlib.widgets.models.optimizer_race import (
    GRID,
    KEYS,
    MOST,
    OPTIMIZERS,
    SIDE,
    SURFACES,
    diverged,
    own_name,
    own_surface,
    trajectory,
)


def number(value):
    """A loss in about three digits: 14.6, 0.00214, 3.1e-09."""
    if not math.isfinite(value):
        return "∞"
    if value and not 1e-4 <= abs(value) < 1e5:
        return f"{value:.1e}".replace("-", "−")
    return f"{value:.{3 if abs(value) >= 0.1 else 2}g}".replace("-", "−")


class OptimizerRace(LivePicture):
    """The paths over the surface to the left, the losses after each step to the right."""

    size = (7.4, 4.3)
    shown = None  # the surface whose contours are drawn
    presets = {
        "Adam loses": {"surface": "bowl", "steps": 20, "x": 4.0, "y": 3.0, "mu": 0.9}
        | {f"lr_{key}": 0.1 for key in KEYS.values()},
        "Adam wins": {"surface": "plateau", "steps": 100, "x": -4.0, "y": 2.0, "mu": 0.9}
        | {"lr_sgd": 10**0.1, "lr_momentum": 10**-0.2, "lr_rmsprop": 10**-1.5}
        | {"lr_adam": 10**-0.3},
        "Momentum helps": {"surface": "tilted valley", "steps": 60, "x": -4.5, "y": -2.0}
        | {"mu": 0.8, "lr_sgd": 10**-0.5, "lr_momentum": 10**-0.5, "lr_rmsprop": 10**-1}
        | {"lr_adam": 10**-0.5},
        "Rate too large": {"surface": "bowl", "steps": 30, "x": 4.0, "y": 3.0, "mu": 0.9}
        | {f"lr_{key}": 10**-0.15 for key in KEYS.values()},
    }

    def __init__(self, surfaces, chosen):
        self.surfaces, self.chosen = surfaces, chosen
        self.heights = {n: s.loss(*np.meshgrid(GRID, GRID)) for n, s in surfaces.items()}
        for name, heights in self.heights.items():
            if not np.isfinite(heights).any():
                raise ValueError(f"{name}: no finite number for any x and y from -5 to 5.")
        self.path = lru_cache(256)(self._path)
        super().__init__()

    def make_controls(self):
        controls = {
            "surface": choice("surface", list(self.surfaces), self.chosen),
            "steps": int_slider("steps", 0, MOST, 20),
        }
        for name, key in KEYS.items():
            controls[key] = toggle(name, True)
            controls[f"lr_{key}"] = log_slider(f"learning rate of {name}", -3, 1, 0.1)
        controls["mu"] = slider("momentum", 0, 0.99, 0.9, 0.01)
        controls["x"] = slider("start x", -SIDE, SIDE, 4.0)
        controls["y"] = slider("start y", -SIDE, SIDE, 3.0)
        return controls

    def rows(self):
        rates = [[key, f"lr_{key}"] for key in KEYS.values()]
        return ["surface", "steps", *rates, "mu", "x", "y"]

    def _path(self, surface, name, lr, momentum, x, y):
        path = trajectory(self.surfaces[surface], name, lr, momentum, (x, y))
        return path, self.surfaces[surface].loss(*path.T)

    def race(self, surface, steps, mu, x, y, **values):
        """Return {name: (path, losses)} of those that run, MOST steps long or diverged."""
        found = {}
        for name, key in KEYS.items():
            if values[key]:
                momentum = mu if name in ("momentum", "Adam") else None
                found[name] = self.path(surface, name, values[f"lr_{key}"], momentum, x, y)
        return found

    def build(self, fig):
        fig.get_layout_engine().set(rect=(0, 0.2, 1, 0.8))
        self.map, self.history = fig.subplots(1, 2)
        self.map.set(xlim=(-SIDE, SIDE), ylim=(-SIDE, SIDE), xlabel="x", ylabel="y", aspect=1)
        self.history.set(xlim=(-2, MOST + 2), xlabel="step", ylabel="loss")
        self.history.grid(color="0.9")
        self.contours = {name: self.draw_contours(name) for name in self.surfaces}
        style = {"mec": "white", "ls": "", "zorder": 3}
        (lowest,) = self.map.plot([], [], "*", color=GREEN, ms=15, **style)
        (start,) = self.map.plot([], [], "P", color=BLACK, ms=11, **style)
        (now,) = self.history.plot([], [], color=GREY, lw=1, zorder=2)
        artists = {"lowest": lowest, "start": start, "now": now}
        for i, name in enumerate(OPTIMIZERS):
            line = {"color": CYCLE[i], "ls": DASHES[i], "lw": 1.8, "zorder": 4 + 0.1 * i}
            head = {"color": CYCLE[i], "marker": MARKERS[i], "mec": BLACK, "ms": 8, "ls": ""}
            (path,) = self.map.plot([], [], marker=".", ms=5, **line)
            (curve,) = self.history.plot([], [], **line)
            (tip,) = self.map.plot([], [], **head, zorder=6)
            (mark,) = self.history.plot([], [], **head, zorder=6)
            left = (0.03, 0.235, 0.52, 0.785)[i]
            fig.add_artist(Line2D([left], [0.145], transform=fig.transFigure, **head))
            text = QuickText(fig, left + 0.02, 0.145, ha="left")
            artists[name] = [path, tip, curve, mark, text]
        artists["words"] = QuickText(fig, 0.5, 0.06)
        return artists

    def draw_contours(self, name):
        heights = self.heights[name]
        finite = heights[np.isfinite(heights)]
        low, high = finite.min(), finite.max()
        levels = np.linspace(low, high, 12)
        if low >= 0 and high > 0:
            levels = np.geomspace(high / 2000, high, 12)
        if not high > low:
            return None  # flat: no line of equal height
        style = {"cmap": SEQUENTIAL, "linewidths": 0.9, "alpha": 0.8, "zorder": 1}
        norm = "log" if low >= 0 else "linear"
        return self.map.contour(GRID, GRID, heights, levels=levels, norm=norm, **style)

    def show_surface(self, artists, surface):
        """Change what does not move to the chosen surface."""
        for name, contours in self.contours.items():
            if contours is not None:
                contours.set_visible(name == surface)
        heights = self.heights[surface][np.isfinite(self.heights[surface])]
        low, high = heights.min(), heights.max()
        scale = "log" if low >= 0 and high > 0 else "linear"
        margin = 0.05 * (high - low) or 1
        limits = (1e-8 * high, 10 * high) if scale == "log" else (low - margin, high + margin)
        self.history.set(yscale=scale, ylim=limits)
        self.map.set_title(self.title(surface), fontsize=10)
        artists["lowest"].set_data(*np.reshape(self.surfaces[surface].lowest, (-1, 2)).T)
        self.shown = surface
        self.background_changed()

    def title(self, surface):
        formula = self.surfaces[surface].formula
        return f"{surface}: {formula}" if formula else surface

    def compute(self, surface, steps, x, y, **values):
        found = self.race(surface, steps, x=x, y=y, **values)
        return {"found": found, "surface": surface, "steps": steps, "x": x, "y": y, **values}

    def update(self, artists, found, surface, steps, x, y, **_):
        if surface != self.shown:
            self.show_surface(artists, surface)
        artists["start"].set_data([x], [y])
        artists["now"].set_data([steps, steps], self.history.get_ylim())
        top = self.history.get_ylim()[1]
        for name in OPTIMIZERS:
            *moving, text = artists[name]
            for artist in moving:
                artist.set_visible(name in found)
            text.set_text(f"{name}: off")
            if name in found:
                path, losses = found[name]
                now = min(steps, len(path) - 1)
                trace, tip, curve, mark = moving
                trace.set_data(*path[: now + 1].T)
                tip.set_data(*path[now : now + 1].T)
                curve.set_data(np.arange(len(path)), np.nan_to_num(losses, nan=np.inf))
                mark.set_data([now], [min(losses[now], top)])  # who has run away is seen up there
                text.set_text(f"{name}: {standing(path, losses, steps)}")
        artists["words"].set_text(summary(found, steps).replace(". ", "\n"))

    def describe(self, found, surface, steps, x, y, **values):
        losses = [
            f"{name} with rate {values[f'lr_{KEYS[name]}']:.2g} {standing(path, losses, steps)}"
            for name, (path, losses) in found.items()
        ]
        begin = float(self.surfaces[surface].loss(np.array([x]), np.array([y]))[0])
        return (
            f"A race on the surface {self.title(surface)}, from "
            f"({x:g}, {y:g}), where the loss is {number(begin)}. Losses after {steps} steps: "
            f"{', '.join(losses) or 'none'}. {summary(found, steps)}."
        )


def standing(path, losses, steps):
    """Where one optimizer stands after some steps: its loss, or that it has diverged."""
    if diverged(path) and steps >= len(path) - 1:
        return "diverged"
    return number(losses[steps])


def summary(found, steps):
    """Say in a sentence who leads and who has run away."""
    if not found:
        return "Nobody runs. Tick an optimizer"
    ends = {name: len(path) - 1 for name, (path, _) in found.items() if diverged(path)}
    gone = [name for name, end in ends.items() if steps >= end]
    left = {name: losses[steps] for name, (_, losses) in found.items() if name not in gone}
    words = []
    if steps == 0:
        words.append("All stand at the start")
    elif left:
        lowest = min(left.values())
        first = [name for name, loss in left.items() if loss == lowest]
        words.append(f"Lowest after step {steps}: {' and '.join(first)}")
    if gone:
        each = ", ".join(f"{name} stopped at step {ends[name]}" for name in gone)
        words.append(f"Diverged, for the rate is too large: {each}")
    return ". ".join(words)


def explore_optimizers(surface=None):
    """Race SGD, momentum, RMSProp and Adam over a surface: rates, momentum, start and steps.

    surface: the name of one of the surfaces, or your own function f(x, y) of two parameters; it
    gets arrays and returns one of the same shape. The rate of SGD and the others are separate;
    `momentum` is also Adam's β1. ValueError for an unknown name or a function that returns no
    numbers, TypeError for anything else.
    """
    surfaces, chosen = dict(SURFACES), "bowl"
    if isinstance(surface, str):
        if surface not in SURFACES:
            raise ValueError(
                f"explore_optimizers expected one of {', '.join(SURFACES)}, got {surface!r}."
            )
        chosen = surface
    elif callable(surface):
        chosen = f"{own_name(surface)} (yours)"
        surfaces = {chosen: own_surface(surface)} | surfaces
    elif surface is not None:
        raise TypeError(
            f"explore_optimizers expected a function of x and y, got {type(surface).__name__}. "
            "Pass the function itself, without brackets."
        )
    return OptimizerRace(surfaces, chosen)
