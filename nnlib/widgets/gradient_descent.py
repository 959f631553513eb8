"""Gradient descent on a loss of one or two parameters: start, learning rate, steps, batch size."""

import numpy as np

from nnlib.palette import BLACK, BLUE, GREY, ORANGE, RED, SEQUENTIAL
from nnlib.widgets.base.controls import choice, int_slider, log_slider, slider
from nnlib.widgets.base.live_picture import LivePicture
from nnlib.widgets.base.numbers import short
from nnlib.widgets.base.quick_text import QuickText
from nnlib.widgets.models.functions import name_of
from nnlib.widgets.models.gradient_descent import (
    GRID,
    LIMIT,
    MOST,
    SIDE,
    LineLoss,
    N,
    OwnLoss,
    TwoValleys,
    trajectory,
)


class GradientDescentExplorer(LivePicture):
    """The path on the loss to the left, the loss after each step to the right."""

    size = (7.6, 4.2)
    ONE, VALLEYS, TWO = "one parameter", "one, two valleys", "two parameters"
    presets = {
        "Too small": {"problem": ONE, "lr": 0.01, "steps": 30, "batch": N, "w": -2.5},
        "About right": {"problem": ONE, "lr": 10**-0.7, "steps": 30, "batch": N, "w": -2.5},
        "Diverges": {"problem": ONE, "lr": 10**-0.1, "steps": 12, "batch": N, "w": 0.6},
        "Zigzag": {"problem": TWO, "lr": 10**-0.4, "steps": 40, "batch": N, "w": 0.6},
        "One at a time": {"problem": TWO, "lr": 10**-1.2, "steps": 60, "batch": 1, "w": 0.6},
    }

    def __init__(self, loss=None):
        self.problems = {self.ONE: LineLoss(1), self.VALLEYS: TwoValleys(), self.TWO: LineLoss(2)}
        self.start = self.ONE
        if loss is not None:
            if not callable(loss):
                raise ValueError(
                    f"explore_gradient_descent expected a function of w, got {loss!r}. "
                    "Pass the function itself, without brackets."
                )
            self.start = f"{name_of(loss)} (yours)"
            self.problems[self.start] = OwnLoss(loss)
        super().__init__()

    def make_controls(self):
        return {
            "problem": choice("loss of", list(self.problems), self.start),
            "lr": log_slider("learning rate", -3, 0.5, 0.1),
            "steps": int_slider("steps", 0, MOST, 10),
            "batch": int_slider("batch size", 1, N, N),
            "w": slider("start w", -SIDE, SIDE, -2.5),
            "b": slider("start b", -SIDE, SIDE, 2.5),
            "seed": int_slider("order", 0, 20, 0),
        }

    def descend(self, problem, lr, steps, batch, w, b, seed):
        """Return (path, gradients, losses) for the values of the controls."""
        chosen = self.problems[problem]
        path, gradients = trajectory(chosen, [w, b][: chosen.dims], lr, steps, batch, seed)
        return path, gradients, chosen.loss(path)

    def build(self, fig):
        fig.get_layout_engine().set(rect=(0, 0.13, 1, 0.87))
        grid = fig.add_gridspec(1, 2, width_ratios=(1.25, 1))
        curve = fig.add_subplot(grid[0], xlim=(-SIDE, SIDE), xlabel="w", ylabel="loss")
        plane = fig.add_subplot(grid[0], xlim=(-SIDE, SIDE), ylim=(-SIDE, SIDE), xlabel="w")
        plane.set_ylabel("b")
        w, b = np.meshgrid(GRID[::4], GRID[::4])
        heights = self.problems[self.TWO].loss(np.stack([w, b], axis=-1))
        plane.contour(w, b, np.log(heights), levels=14, cmap=SEQUENTIAL, linewidths=1)
        history = fig.add_subplot(grid[1], xlim=(-1.5, MOST + 2), ylim=(1e-2, 1e4), yscale="log")
        history.set(xlabel="step", ylabel="loss of all examples")
        history.grid(color="0.9")
        self.curve, self.plane = curve, plane
        (loss,) = curve.plot([], [], color=BLUE, lw=2, zorder=2)
        (tangent,) = curve.plot([], [], color=GREY, ls="--", lw=1.5, zorder=3)
        step = {"color": RED, "marker": "o", "ms": 4.5, "mec": "white", "mew": 0.6, "zorder": 4}
        last = {"color": ORANGE, "marker": "s", "ms": 9, "mec": BLACK, "ls": "", "zorder": 5}
        artists = {"loss": loss, "tangent": tangent}
        for name, ax in (("curve", curve), ("plane", plane), ("history", history)):
            (artists[f"{name}_path"],) = ax.plot([], [], lw=1.2, **step)
            (artists[f"{name}_last"],) = ax.plot([], [], **last)
        artists["text"] = QuickText(fig, 0.5, 0.085)
        artists["formula"] = QuickText(fig, 0.5, 0.035, color=GREY)
        return artists

    def update(self, artists, problem, **values):
        chosen = self.problems[problem]
        path, gradients, losses = self.descend(problem, **values)
        flat = chosen.dims == 1
        self.curve.set_visible(flat)
        self.plane.set_visible(not flat)
        # an animated artist is drawn by itself, even when its axes are hidden
        for name in ("loss", "tangent", "curve_path", "curve_last"):
            artists[name].set_visible(flat)
        for name in ("plane_path", "plane_last"):
            artists[name].set_visible(not flat)
        if flat:
            self.draw_curve(artists, chosen, path[:, 0], losses)
        else:
            artists["plane_path"].set_data(*path.T)
            artists["plane_last"].set_data(*path[-1:].T)
        artists["history_path"].set_data(np.arange(len(path)), losses)
        artists["history_last"].set_data([len(path) - 1], losses[-1:])
        artists["text"].set_text(status(path, losses))
        artists["formula"].set_text(formula(path, gradients, values["lr"]))

    def draw_curve(self, artists, chosen, path, losses):
        heights = chosen.loss(GRID[:, None])
        finite = heights[np.isfinite(heights)]
        if not len(finite):
            raise ValueError("your loss is not a finite number for any w from -3 to 3")
        low, high = finite.min(), chosen.top or finite.max()
        margin = 0.06 * (high - low) or 1
        self.curve.set_ylim(min(low, 0 if chosen.top else low) - margin, high + margin)
        artists["loss"].set_data(GRID, heights)
        artists["curve_path"].set_data(path, losses)
        artists["curve_last"].set_data(path[-1:], losses[-1:])
        artists["tangent"].set_visible(bool(abs(path[-1]) <= SIDE))
        if abs(path[-1]) <= SIDE:
            slope = chosen.gradient(path[-1:], np.arange(N))[0]
            reach = np.array([-0.8, 0.8])
            artists["tangent"].set_data(path[-1] + reach, losses[-1] + slope * reach)

    def describe(self, problem, **values):
        path, _, losses = self.descend(problem, **values)
        size = "all examples" if values["batch"] == N else f"batches of {values['batch']}"
        return (
            f"Gradient descent on the loss of {problem}, learning rate {short(values['lr'])}, "
            f"with {size}. The loss was {short(losses[0])} at the start. {status(path, losses)}."
        )


def status(path, losses):
    """Say in one sentence where the descent stands."""
    steps, loss = len(path) - 1, short(losses[-1])
    if not np.abs(path[-1]).max() <= LIMIT:
        return f"It diverges: stopped after step {steps} at a loss of {loss}"
    beyond = ", outside of the picture" if np.abs(path[-1]).max() > SIDE else ""
    return f"After step {steps} the loss is {loss}{beyond}"


def formula(path, gradients, lr):
    """Write the last step out: w = −2.5 − 0.1 × (−10.2) = −1.48."""
    if not len(gradients):
        return "no step yet"
    lines = zip(("w", "b"), path[-2], gradients[-1], path[-1], strict=False)
    written = [
        f"{name} = {short(old)} − {short(lr)} × {bracket(slope)} = {short(new)}"
        for name, old, slope, new in lines
    ]
    return "      ".join(written)


def bracket(value):
    text = short(value)
    return f"({text})" if text.startswith("−") else text


def explore_gradient_descent(loss=None):
    """Watch gradient descent: start, learning rate, steps, batch size, one or two parameters.

    loss: your own function of one parameter w; it gets an array and returns one of the same
    shape. To the right only what is above 0 shows. ValueError for anything that cannot be called.
    """
    return GradientDescentExplorer(loss)
