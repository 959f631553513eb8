"""A race of optimizers: SGD, momentum, RMSProp and Adam from one start over one loss surface."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import ipywidgets
import numpy as np
from matplotlib.lines import Line2D

from nnlib import optim
from nnlib.nn import Parameter
from nnlib.palette import BLACK, CYCLE, DASHES, GREEN, GREY, MARKERS, SEQUENTIAL
from nnlib.widgets.functions import name_of
from nnlib.widgets.live_picture import (
    LivePicture,
    choice,
    int_slider,
    log_slider,
    slider,
    toggle,
)
from nnlib.widgets.quick_text import QuickText

SIDE = 5.0  # x and y are drawn from -5 to 5
MOST = 100  # steps
LIMIT = 1e4  # a coordinate beyond this has diverged, and the optimizer is stopped
GRID = np.linspace(-SIDE, SIDE, 101)


@dataclass(frozen=True)
class Surface:
    """A loss of two parameters, loss(x, y) of arrays, and its slopes, gradient(x, y) of numbers.

    `lowest`: the places where it is lowest, () if unknown.
    """

    formula: str
    loss: Callable
    gradient: Callable
    lowest: tuple = ()


def tilted(x, y):
    return ((x + y) ** 2 + 50 * (y - x) ** 2) / 40


def tilted_gradient(x, y):
    along, across = (x + y) / 20, 2.5 * (y - x)
    return along - across, along + across


def bend_gradient(x, y):
    above = y - x**2 / 2
    return (x - 2) / 2 - 2 * x * above, 2 * above


def plateau_gradient(x, y):
    dx, dy = tilted_gradient(x, y)
    flatter = (1 + tilted(x, y)) ** 2
    return dx / flatter, dy / flatter


# the same formulas, in the same order, are in optimizer_race_show.js
SURFACES = {
    "bowl": Surface(
        "x² + 3y²",
        lambda x, y: x**2 + 3 * y**2,
        lambda x, y: (2 * x, 6 * y),
        ((0, 0),),
    ),
    "long valley": Surface(
        "(x² + 50y²) / 20",
        lambda x, y: (x**2 + 50 * y**2) / 20,
        lambda x, y: (x / 10, 5 * y),
        ((0, 0),),
    ),
    "tilted valley": Surface("((x + y)² + 50(y − x)²) / 40", tilted, tilted_gradient, ((0, 0),)),
    "bend": Surface(
        "(x − 2)² / 4 + (y − x² / 2)²",
        lambda x, y: (x - 2) ** 2 / 4 + (y - x**2 / 2) ** 2,
        bend_gradient,
        ((2, 2),),
    ),
    "saddle": Surface(
        "x² / 2 + (y² − 9)² / 36",
        lambda x, y: x**2 / 2 + (y**2 - 9) ** 2 / 36,
        lambda x, y: (x, y * (y**2 - 9) / 9),
        ((0, -3), (0, 3)),
    ),
    "plateau": Surface(
        "q / (1 + q), q the tilted valley",
        lambda x, y: tilted(x, y) / (1 + tilted(x, y)),
        plateau_gradient,
        ((0, 0),),
    ),
}

# name: what makes the optimizer of nnlib, from parameters, learning rate and momentum
OPTIMIZERS = {
    "SGD": lambda params, lr, momentum: optim.SGD(params, lr),
    "momentum": lambda params, lr, momentum: optim.SGD(params, lr, momentum),
    "RMSProp": lambda params, lr, momentum: optim.RMSprop(params, lr),
    "Adam": lambda params, lr, momentum: optim.Adam(params, lr, betas=(momentum, 0.999)),
}
KEYS = {name: name.lower() for name in OPTIMIZERS}  # as controls are called


def trajectory(surface, name, lr, momentum=0.9, start=(4.0, 3.0), steps=MOST):
    """Where an optimizer of nnlib goes on a Surface: array (steps + 1, 2), the start first.

    Shorter when it diverges: it ends with the first point beyond LIMIT. `momentum` is the μ of
    "momentum" and the β1 of "Adam".
    """
    p = Parameter(start, np.float64)
    optimizer = OPTIMIZERS[name]([p], lr, momentum)
    path = [p.data.tolist()]
    for _ in range(steps):
        x, y = path[-1]
        if not (abs(x) <= LIMIT and abs(y) <= LIMIT):
            break
        p.grad = np.array(surface.gradient(x, y))
        optimizer.step()
        path.append(p.data.tolist())
    return np.array(path)


def diverged(path):
    """Whether a path ended beyond LIMIT."""
    return not np.abs(path[-1]).max() <= LIMIT


def own_name(function):
    """The name of the learner's function, f for one that has none."""
    return name_of(function).replace("<lambda>", "f")


def own_surface(function):
    """The learner's f(x, y) as a Surface; its slopes come from points close by.

    ValueError when f does not return one number for every pair of numbers.
    """
    name = own_name(function)

    def loss(x, y):
        with np.errstate(all="ignore"):  # infinities are shown, not warned of
            try:
                out = np.asarray(function(x, y), dtype=float)
            except (TypeError, ValueError):  # it takes numbers, no arrays
                pairs = zip(np.ravel(x), np.ravel(y), strict=True)
                out = np.array([function(float(a), float(b)) for a, b in pairs], dtype=float)
                out = out.reshape(np.shape(x)) if out.size == np.size(x) else out
        if out.shape == ():  # a constant
            out = np.full(np.shape(x), float(out))
        if out.shape != np.shape(x):
            raise ValueError(
                f"{name}(x, y) got x and y of shape {np.shape(x)} and returned shape {out.shape}. "
                "Return one number for every x and y"
            )
        return out

    h = 1e-5
    around_x, around_y = np.array([h, -h, 0, 0]), np.array([0, 0, h, -h])

    def gradient(x, y):
        right, left, up, down = loss(x + around_x, y + around_y).tolist()
        slopes = ((right - left) / (2 * h), (up - down) / (2 * h))
        if not all(map(math.isfinite, slopes)):
            raise ValueError(f"{name} has no slope at ({x:.3g}, {y:.3g}). Start elsewhere")
        return slopes

    return Surface("", loss, gradient)


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

    def _assemble(self):
        widget = super()._assemble()
        column = widget.children[0].children[1]
        rows = {}
        for key in KEYS.values():  # a tick box and its rate stand in one line
            tick, rate = self.controls[key], self.controls[f"lr_{key}"]
            tick.layout = ipywidgets.Layout(width="8.4em", flex="0 0 auto")
            rate.description_allow_html, rate.tooltip = False, rate.description
            rate.description, rate.style.description_width = "rate", "2.2em"
            rate.layout = ipywidgets.Layout(flex="1 1 auto", min_width="0", width="auto")
            rows[tick], rows[rate] = ipywidgets.HBox([tick, rate]), None
        column.children = [w for child in column.children if (w := rows.get(child, child))]
        for name in ("surface", "steps", "mu", "x", "y"):
            self.controls[name].style.description_width = "6.6em"
        return widget

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

    def update(self, artists, surface, steps, x, y, **values):
        if surface != self.shown:
            self.show_surface(artists, surface)
        found = self.race(surface, steps, x=x, y=y, **values)
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

    def describe(self, surface, steps, x, y, **values):
        found = self.race(surface, steps, x=x, y=y, **values)
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
