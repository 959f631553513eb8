"""The loss of one neuron over its weight and its bias: a landscape to walk in."""

import numpy as np

from nnlib.nn.functional import sigmoid
from nnlib.palette import BLACK, CLASS_COLOURS, GREEN, RED, SEQUENTIAL
from nnlib.widgets.base.controls import choice, slider
from nnlib.widgets.base.live_picture import LivePicture
from nnlib.widgets.base.quick_text import QuickText
from nnlib.widgets.losses import LOSSES

SIDE = 10.0  # weight and bias go from -10 to 10
AXIS = np.linspace(-SIDE, SIDE, 81)
MOST = 200  # examples
STRETCH = 4  # the arrow is four times as long as one step with learning rate 1


def example_points():
    """Return 12 inputs x and targets t: 1 mostly where x is positive, with two exceptions."""
    x = np.array([-2.5, -2.0, -1.6, -1.1, -0.7, -0.3, 0.2, 0.6, 1.0, 1.4, 2.0, 2.6])
    t = np.array([0, 0, 0, 0, 1, 0, 1, 0, 1, 1, 1, 1])
    return x, t


def compute(loss, x, t, w, b):
    """Return the mean loss and its slopes by w and b at one place or at an array of places.

    w and b: numbers or arrays of one shape; the results have that shape.
    """
    w, b = np.asarray(w, float)[..., None], np.asarray(b, float)[..., None]
    losses, slopes = LOSSES[loss](w * x + b, t)
    return losses.mean(axis=-1), (slopes * x).mean(axis=-1), slopes.mean(axis=-1)


class LossSurfaceExplorer(LivePicture):
    """On the left the data and the neuron's curve, on the right the loss over weight and bias."""

    size = (7.6, 4.3)
    presets = {
        "On the right side": {"w": 2.0, "b": 0.0},
        "Wrong and sure": {"w": -8.0, "b": 0.0, "loss": "MSE"},
        "The same with cross-entropy": {"w": -8.0, "b": 0.0, "loss": "cross-entropy"},
    }

    def __init__(self, x, t):
        self.x, self.t = x, t
        grid = np.meshgrid(AXIS, AXIS)
        self.surfaces = {name: compute(name, x, t, *grid)[0] for name in LOSSES}
        super().__init__()

    def make_controls(self):
        return {
            "w": slider("weight w", -SIDE, SIDE, -4.0),
            "b": slider("bias b", -SIDE, SIDE, 3.0),
            "loss": choice("loss", list(LOSSES), "cross-entropy"),
        }

    def build(self, fig):
        fig.get_layout_engine().set(rect=(0, 0.08, 1, 0.92), w_pad=0.1)
        left, right = fig.subplots(1, 2)
        reach = 1.1 * max(np.abs(self.x).max(), 1e-9)
        self.line_x = np.linspace(-reach, reach, 200)
        left.set(xlabel="input x", ylabel="probability p", title="The neuron and its data")
        left.set(xlim=(-reach, reach), ylim=(-0.1, 1.45))
        for label, marker in ((0, "o"), (1, "s")):
            mine = self.t == label
            style = {"color": CLASS_COLOURS[label], "ms": 8, "mec": "white", "ls": ""}
            left.plot(self.x[mine], self.t[mine], marker, **style, label=f"target {label}")
        (curve,) = left.plot([], [], color=BLACK, lw=2, label="p = sigmoid(wx + b)")
        gaps = left.vlines(self.x, 0, 0, color="0.6", lw=1, zorder=1)
        left.legend(loc="upper center", fontsize=8.5, ncols=2, frameon=False)
        right.set(xlabel="weight w", ylabel="bias b", title="Loss for every w and b")
        heat = right.imshow(
            np.zeros((2, 2)), extent=(-SIDE, SIDE) * 2, origin="lower", cmap=SEQUENTIAL
        )
        heat.set(interpolation="bilinear")
        (valley,) = right.plot([], [], "*", color=GREEN, mec="white", ms=15, zorder=3)
        arrow = right.quiver([0], [0], [0], [0], color=RED, ec="white", lw=1, width=0.016)
        arrow.set(zorder=4)
        arrow.angles, arrow.scale_units, arrow.scale = "xy", "xy", 1
        (place,) = right.plot([], [], "o", color=RED, mec="white", mew=1.5, ms=10, zorder=5)
        numbers = QuickText(fig, 0.5, 0.06)
        return {
            "gaps": gaps,
            "curve": curve,
            "heat": heat,
            "valley": valley,
            "arrow": arrow,
            "place": place,
            "numbers": numbers,
        }

    def update(self, artists, w, b, loss):
        value, dw, db = (float(one) for one in compute(loss, self.x, self.t, w, b))
        surface = self.surfaces[loss]
        p = sigmoid(w * self.x + b)
        artists["curve"].set_data(self.line_x, sigmoid(w * self.line_x + b))
        gaps = zip(self.x, self.t, p, strict=True)
        artists["gaps"].set_segments([[(x, t), (x, end)] for x, t, end in gaps])
        artists["heat"].set_data(surface)
        artists["heat"].set_clim(0, surface.max())
        row, column = np.unravel_index(surface.argmin(), surface.shape)
        artists["valley"].set_data([AXIS[column]], [AXIS[row]])
        artists["place"].set_data([w], [b])
        artists["arrow"].set_offsets([(w, b)])
        artists["arrow"].set_UVC([-STRETCH * dw], [-STRETCH * db])
        numbers = f"loss {value:.4f}; gradient: dL/dw = {dw:+.4f}, dL/db = {db:+.4f}"
        artists["numbers"].set_text(numbers.replace("-", "−"))

    def describe(self, w, b, loss):
        value, dw, db = (float(one) for one in compute(loss, self.x, self.t, w, b))
        surface = self.surfaces[loss]
        row, column = np.unravel_index(surface.argmin(), surface.shape)
        return (
            f"The {loss} of a neuron on {len(self.x)} examples, over weight and bias. At weight "
            f"{w:g} and bias {b:g} it is {value:.4f}, with the gradient ({dw:.4f}, {db:.4f}). It "
            f"is lowest, {surface.min():.4f}, near weight {AXIS[column]:g} and bias {AXIS[row]:g}."
        )


def explore_loss_surface(x=None, t=None):
    """Show the loss of one sigmoid neuron over its weight and bias. Without data: 12 examples.

    x: inputs, shape (n,); t: targets 0 or 1, shape (n,); at most 200.
    ValueError for data that does not fit together.
    """
    if (x is None) != (t is None):
        raise ValueError("explore_loss_surface expected both x and t or neither, got one of them.")
    if x is None:
        x, t = example_points()
    x, t = np.asarray(x, float), np.asarray(t)
    if x.ndim != 1 or x.shape != t.shape or not 1 <= x.size <= MOST or not np.isfinite(x).all():
        raise ValueError(
            f"explore_loss_surface expected finite x and t of one shape (n,), n from 1 to {MOST}, "
            f"got {x.shape} and {t.shape}."
        )
    if not np.isin(t, (0, 1)).all():
        raise ValueError(
            "explore_loss_surface expected targets 0 or 1 only. Try (t > 0).astype(int)."
        )
    return LossSurfaceExplorer(x, t)
