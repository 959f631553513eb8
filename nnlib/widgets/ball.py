"""The ball: a loss to roll down, over one parameter or two. Ball, arrow and data are dragged."""

import numpy as np
import traitlets
from traitlets import Float, Int, List, Unicode

from nnlib.palette import BLUE, GREY, RED, SEQUENTIAL
from nnlib.widgets.base.javascript import HERE, joined, style
from nnlib.widgets.base.numbers import short
from nnlib.widgets.base.showpiece import Showpiece
from nnlib.widgets.models.functions import apply, table
from nnlib.widgets.models.gradient_descent import (
    LIMIT,
    MOST,
    LineLoss,
    OwnLoss,
    TwoValleys,
    trajectory,
)
from nnlib.widgets.models.loss_surface import NeuronLoss, example_points
from nnlib.widgets.models.losses import LOSSES

ONE, TWO, VALLEYS = "one parameter", "two parameters", "one, two valleys"
REACH = 12.0  # the learner's own loss is known from w = -12 to 12
MOST_POINTS = 200


class Ball(Showpiece):
    """Gradient descent from w (and b) on the loss of `problem`: `steps` steps with rate lr.

    problem: "one parameter", "two parameters", "one, two valleys" or the name of your own, in mode
    "descent"; "MSE" or "cross-entropy" of a sigmoid neuron in mode "surface". batch: examples of a
    step, shuffled by seed; points: rows x, y, the examples, [] for the built-in ones.
    """

    _esm = joined(HERE / "ball.js")
    _css = style("ball")
    mode = Unicode("descent").tag(sync=True)
    problem = Unicode(ONE).tag(sync=True, setting=True)
    w, b = Float(-2.5).tag(sync=True, setting=True), Float(2.5).tag(sync=True, setting=True)
    lr = Float(0.1, min=1e-6).tag(sync=True, setting=True)
    steps = Int(0, min=0, max=MOST).tag(sync=True, setting=True)
    batch = Int(40, min=1).tag(sync=True, setting=True)
    seed = Int(0, min=0).tag(sync=True, setting=True)
    points = List().tag(sync=True, setting=True)
    side = Float(3.0).tag(sync=True)
    table = traitlets.Dict().tag(sync=True)

    def __init__(self, function=None, **settings):
        self.function = function
        super().__init__(**settings)

    @traitlets.validate("problem")
    def _known(self, proposal):
        known = [*LOSSES] if self.mode == "surface" else [ONE, TWO, VALLEYS]
        if proposal["value"] not in (*known, self.table.get("name")):
            raise traitlets.TraitError(f"problem is one of {', '.join(known)}.")
        return proposal["value"]

    @property
    def loss(self):
        """The problem: an object with dims, loss(places) and gradient(place, chosen)."""
        if self.mode == "surface":
            return NeuronLoss(self.problem, self.points)
        if self.problem in (ONE, TWO):
            return LineLoss(1 if self.problem == ONE else 2, self.points)
        return TwoValleys() if self.problem == VALLEYS else OwnLoss(self.function)

    def descend(self):
        """Return (path, gradients, losses): (steps + 1, dims), (steps, dims), (steps + 1,)."""
        problem = self.loss
        start = [self.w, self.b][: problem.dims]
        path, gradients = trajectory(problem, start, self.lr, self.steps, self.batch, self.seed)
        return path, gradients, problem.loss(path)

    def draw(self, figure):
        left, right = figure.subplots(1, 2)
        path, _, losses = self.descend()
        axis, problem = np.linspace(-self.side, self.side, 121), self.loss
        left.set(xlabel="w", xlim=(-self.side, self.side))
        if problem.dims == 1:
            heights = problem.loss(axis[:, None])
            left.plot(axis, heights, color=BLUE, lw=2)
            left.plot(path[:, 0], losses, "o-", color=RED, mec="white", ms=6, lw=1)
            finite = heights[np.isfinite(heights)]
            top = {ONE: 20.0, VALLEYS: 6.0}.get(self.problem, finite.max())
            margin = 0.06 * (top - finite.min() or 1)
            left.set(ylabel="loss", ylim=(finite.min() - margin, top + margin))
        else:
            heights = problem.loss(np.stack(np.meshgrid(axis, axis), axis=-1))
            style = {"levels": 14, "cmap": SEQUENTIAL}
            left.contourf(axis, axis, np.log(heights + 1e-3), **style)
            left.plot(*path.T, "o-", color=RED, mec="white", ms=7, lw=1)
            left.set(ylabel="b", ylim=(-self.side, self.side))
        right.plot(losses, ".-", color=RED)
        right.set(xlabel="step", ylabel="loss", xlim=(-1, MOST), yscale="log")
        if not (losses > 0).all():
            right.set_yscale("linear")
        right.grid(color=GREY, alpha=0.3)

    def describe(self):
        path, _, losses = self.descend()
        where = ", ".join(
            f"{name} = {short(value)}" for name, value in zip("wb", path[-1], strict=False)
        )
        end = f"After step {len(path) - 1} it is at {where}, where the loss is {short(losses[-1])}"
        if not np.abs(path[-1]).max() <= LIMIT:
            end = (
                f"It diverges: stopped after step {len(path) - 1} at a loss of {short(losses[-1])}"
            )
        return (
            f"A ball on the loss of {self.problem}, learning rate {short(self.lr)}. The loss was "
            f"{short(losses[0])} at the start. {end}."
        )


def explore_gradient_descent(loss=None):
    """Let a ball roll down a loss: drag it, its arrow (the learning rate), and the data.

    loss: your own function of one parameter w; it gets an array and returns one of the same
    shape. ValueError for anything that cannot be called, or is not finite anywhere.
    """
    if loss is None:
        return Ball()
    if not callable(loss):
        raise ValueError(
            f"explore_gradient_descent expected a function of w, got {loss!r}. "
            "Pass the function itself, without brackets."
        )
    values = apply(loss, np.linspace(-REACH, REACH, 9601))
    near = values[np.abs(np.linspace(-REACH, REACH, 9601)) <= 3]
    if not np.isfinite(near).any():
        raise ValueError("your loss is not a finite number for any w from -3 to 3")
    values = np.nan_to_num(values, nan=np.nanmax(near[np.isfinite(near)]), posinf=1e9, neginf=-1e9)
    own = table(loss, -REACH, REACH, values)
    return Ball(loss, table=own, problem=own["name"])


def explore_loss_surface(x=None, t=None):
    """Walk on the loss of one sigmoid neuron over its weight and bias. Without data: 12 examples.

    x: inputs, shape (n,); t: targets 0 or 1, shape (n,); at most 200.
    ValueError for data that does not fit together.
    """
    if (x is None) != (t is None):
        raise ValueError("explore_loss_surface expected both x and t or neither, got one of them.")
    if x is None:
        x, t = example_points()
    x, t = np.asarray(x, float), np.asarray(t)
    fits = x.ndim == 1 and x.shape == t.shape and 1 <= x.size <= MOST_POINTS
    if not fits or not np.isfinite(x).all():
        raise ValueError(
            "explore_loss_surface expected finite x and t of one shape (n,), n from 1 to "
            f"{MOST_POINTS}, got {x.shape} and {t.shape}."
        )
    if not np.isin(t, (0, 1)).all():
        raise ValueError(
            "explore_loss_surface expected targets 0 or 1 only. Try (t > 0).astype(int)."
        )
    points = [[float(a), int(c)] for a, c in zip(x, t, strict=True)]
    start = {"w": -4.0, "b": 3.0, "lr": 4.0, "side": 10.0, "batch": len(points)}
    return Ball(mode="surface", problem="cross-entropy", points=points, **start)
