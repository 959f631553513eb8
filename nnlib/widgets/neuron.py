"""One neuron with two inputs: what its weights and its bias do."""

import math

import numpy as np
from matplotlib.patheffects import withStroke

from nnlib.palette import BLACK, BLUE, DIVERGING_LIGHT, GREY, PURPLE
from nnlib.widgets.base.controls import choice, slider
from nnlib.widgets.base.live_picture import LivePicture
from nnlib.widgets.models.functions import ACTIVATIONS, apply, name_of

SIDE = 3.0  # the input plane goes from -3 to 3
Z_SIDE = 10.0  # the activation is drawn from -10 to 10
PLANE = np.linspace(-SIDE, SIDE, 100)
COARSE = np.linspace(-SIDE, SIDE, 17)
Z_LINE = np.linspace(-Z_SIDE, Z_SIDE, 401)


def compute(function, w1, w2, b, grid=PLANE):
    """Return the output of the neuron at every point of the plane, (n, n), x2 by rows."""
    x1, x2 = np.meshgrid(grid, grid)
    return apply(function, w1 * x1 + w2 * x2 + b)


def neuron(function, w1, w2, b, x1, x2):
    """Return (z, a): the weighted sum at one input, and the output."""
    z = w1 * x1 + w2 * x2 + b
    return z, float(apply(function, np.array([z]))[0])


def boundary(w1, w2, b):
    """Return two points (x1, x2) of the line w1 x1 + w2 x2 + b = 0, or None without weights."""
    length = math.hypot(w1, w2)
    if length == 0:
        return None
    u1, u2 = w1 / length, w2 / length
    foot = np.array([-b / length * u1, -b / length * u2])  # the point nearest to the origin
    along = np.array([-u2, u1])
    return foot - 100 * along, foot + 100 * along


def output_range(function):
    """Return the lowest and the highest finite output for z from -10 to 10."""
    outputs = apply(function, Z_LINE)
    outputs = outputs[np.isfinite(outputs)]
    if outputs.size == 0:
        raise ValueError(
            f"{name_of(function)}(z) is not a finite number for any z from -10 to 10. "
            "Call it on np.linspace(-10, 10, 5) and look"
        )
    return outputs.min(), outputs.max()


def number(value, decimals=2):
    """Write a number with a real minus sign, in brackets when it is negative."""
    text = f"{abs(value):.{decimals}f}"
    return f"(−{text})" if value < 0 and float(text) != 0 else text


class NeuronExplorer(LivePicture):
    """The plane of inputs coloured by the output, and the activation beside it."""

    size = (7.4, 4.2)
    presets = {
        "Both inputs needed": {"w1": 1.0, "w2": 1.0, "b": -1.5, "activation": "step"},
        "Only x1 counts": {"w1": 1.5, "w2": 0.0, "b": 0.0, "activation": "sigmoid"},
        "Steep": {"w1": 5.0, "w2": -5.0, "b": 0.0, "activation": "sigmoid"},
        "Weights all zero": {"w1": 0.0, "w2": 0.0, "b": 1.0, "activation": "sigmoid"},
    }

    def __init__(self, activation=None):
        self.functions = dict(ACTIVATIONS)
        self.start = "sigmoid"
        if isinstance(activation, str) and activation in ACTIVATIONS:
            self.start = activation
        elif callable(activation):
            self.start = f"{name_of(activation)} (yours)"
            self.functions[self.start] = activation
        elif activation is not None:
            raise ValueError(
                f"explore_neuron expected one of {', '.join(ACTIVATIONS)} or a function of z, "
                f"got {activation!r}. Pass the function itself, without brackets."
            )
        super().__init__()

    def make_controls(self):
        return {
            "w1": slider("weight w₁", -5, 5, 1.0),
            "w2": slider("weight w₂", -5, 5, -1.5),
            "b": slider("bias b", -5, 5, 0.5),
            "activation": choice("activation", list(self.functions), self.start),
            "x1": slider("input x₁", -SIDE, SIDE, 1.0),
            "x2": slider("input x₂", -SIDE, SIDE, -0.5),
            "view": choice("view", ["heat map", "surface"]),
        }

    def build(self, fig):
        fig.get_layout_engine().set(rect=(0, 0.16, 1, 0.84))
        left, right = fig.add_gridspec(1, 2, width_ratios=(1.15, 1))
        plane = fig.add_subplot(left, aspect="equal")
        plane.set(xlabel="input x₁", ylabel="input x₂", title="Output for every input")
        heat = plane.imshow(
            np.zeros((2, 2)),
            extent=(-SIDE, SIDE, -SIDE, SIDE),
            origin="lower",
            cmap=DIVERGING_LIGHT,
            interpolation="nearest",
        )
        (line,) = plane.plot([], [], color=BLACK, lw=2)
        point_style = {"marker": "o", "ms": 10, "mfc": PURPLE, "mec": "white", "mew": 1.5, "ls": ""}
        (point,) = plane.plot([], [], **point_style)
        side = plane.quiver([0], [0], [1], [0], color=BLACK, scale=10, width=0.012, zorder=3)
        halo = [withStroke(linewidth=3, foreground="white")]
        no_line = plane.text(0, 2.4, "", ha="center", path_effects=halo)

        space = fig.add_axes((0.02, 0.17, 0.5, 0.75), projection="3d", visible=False)
        space.set(xlabel="input x₁", ylabel="input x₂", xlim=(-SIDE, SIDE))
        space.set(ylim=(-SIDE, SIDE), title="Output for every input")
        space.zaxis.set_rotate_label(False)
        space.set_zlabel("output", rotation=90)
        space.view_init(30, -120)
        space.set_box_aspect(None, zoom=0.88)
        x1, x2 = np.meshgrid(COARSE, COARSE)
        surface = space.plot_surface(
            x1, x2, 0 * x1, rstride=1, cstride=1, lw=0.3, ec="white", shade=False
        )

        curve_axes = fig.add_subplot(right, xlim=(-Z_SIDE, Z_SIDE), xlabel="weighted sum z")
        curve_axes.set(ylabel="output a", title="Activation")
        colours = curve_axes.imshow(
            np.zeros((2, 1)), origin="lower", aspect="auto", cmap=DIVERGING_LIGHT, zorder=0
        )
        (curve,) = curve_axes.plot([], [], color=BLUE, lw=2)
        (guide,) = curve_axes.plot([], [], color=GREY, ls=":", lw=1.5)
        (value,) = curve_axes.plot([], [], **point_style)
        fig.text(0.3, 0.095, "z = w₁x₁ + w₂x₂ + b", ha="right", fontsize=11)
        total = fig.text(0.3, 0.095, "", fontsize=11)
        output = fig.text(0.3, 0.03, "", ha="right", fontsize=11)
        value_text = fig.text(0.3, 0.03, "", fontsize=11)
        self.plane, self.space, self.curve_axes = plane, space, curve_axes
        self.colours, self.curve = colours, curve
        self._drawn = None
        return {
            "heat": heat,
            "line": line,
            "side": side,
            "point": point,
            "no_line": no_line,
            "surface": surface,
            "guide": guide,
            "value": value,
            "total": total,
            "output": output,
            "value_text": value_text,
        }

    def update(self, artists, w1, w2, b, activation, x1, x2, view):
        function = self.functions[activation]
        low, high = output_range(function)
        unit = low >= 0 and high <= 1
        side = max(abs(low), abs(high), 1e-9)
        colours = (0, 1) if unit else (-side, side)
        z, a = neuron(function, w1, w2, b, x1, x2)

        flat = view == "heat map"
        self.plane.set_visible(flat)
        self.space.set_visible(not flat)
        for name in ("heat", "line", "side", "point", "no_line"):
            artists[name].set_visible(flat)
        for spine in self.plane.spines.values():
            spine.set_visible(flat)
        artists["surface"].set_visible(not flat)
        if flat:
            self._update_plane(artists, compute(function, w1, w2, b), colours, w1, w2, b)
            artists["point"].set_data([x1], [x2])
        else:
            self._update_surface(artists["surface"], compute(function, w1, w2, b, COARSE), colours)

        if activation != self._drawn:
            self._draw_activation(activation, low, high, colours)
        seen = np.clip(z, -Z_SIDE, Z_SIDE), np.clip(np.nan_to_num(a), low, high)
        artists["value"].set_data([seen[0]], [seen[1]])
        artists["guide"].set_data(
            [seen[0], seen[0], -Z_SIDE], [self.curve_axes.get_ylim()[0], seen[1], seen[1]]
        )
        artists["total"].set_text(
            f" = {number(w1)} × {number(x1)} + {number(w2)} × {number(x2)} + {number(b)}"
            f" = {number(z)}"
        )
        artists["output"].set_text(f"a = {activation}(z)")
        artists["value_text"].set_text(f" = {number(a, 4)}")

    def _draw_activation(self, activation, low, high, colours):
        margin = 0.06 * (high - low) or 1
        limits = low - margin, high + margin
        self.curve.set_data(Z_LINE, apply(self.functions[activation], Z_LINE))
        self.colours.set_data(np.linspace(*limits, 64)[:, None])
        self.colours.set_extent((-Z_SIDE, Z_SIDE, *limits))
        self.colours.set_clim(*colours)
        self.curve_axes.set_ylim(*limits)
        self.background_changed()
        self._drawn = activation

    def _update_plane(self, artists, outputs, colours, w1, w2, b):
        artists["heat"].set_data(outputs)
        artists["heat"].set_clim(*colours)
        ends = boundary(w1, w2, b)
        artists["line"].set_visible(ends is not None)
        artists["side"].set_visible(ends is not None)
        artists["no_line"].set_text("" if ends else "both weights are 0: there is no line")
        if ends:
            artists["line"].set_data([ends[0][0], ends[1][0]], [ends[0][1], ends[1][1]])
            middle = (ends[0] + ends[1]) / 2
            length = math.hypot(w1, w2)
            artists["side"].set_offsets([middle])
            artists["side"].set_UVC([w1 / length], [w2 / length])

    def _update_surface(self, surface, outputs, colours):
        heights = np.clip(np.nan_to_num(outputs), *colours)
        corners = [heights[i : i + len(COARSE) - 1] for i in (0, 1)]
        quads = np.empty((len(COARSE) - 1, len(COARSE) - 1, 4, 3))
        for k, (row, column) in enumerate(((0, 0), (0, 1), (1, 1), (1, 0))):
            window = corners[row][:, column : column + len(COARSE) - 1]
            x1 = COARSE[column : column + len(COARSE) - 1]
            x2 = COARSE[row : row + len(COARSE) - 1]
            quads[:, :, k, 0], quads[:, :, k, 1] = np.meshgrid(x1, x2)
            quads[:, :, k, 2] = window
        quads = quads.reshape(-1, 4, 3)
        surface.set_verts(quads)
        share = (quads[:, :, 2].mean(axis=1) - colours[0]) / (colours[1] - colours[0])
        surface.set_facecolor(DIVERGING_LIGHT(share))
        self.space.set_zlim(*colours)

    def describe(self, w1, w2, b, activation, x1, x2, view):
        z, a = neuron(self.functions[activation], w1, w2, b, x1, x2)
        where = "There is no line, because both weights are 0."
        if w1 or w2:
            where = f"The line {w1:g} x1 + {w2:g} x2 + {b:g} = 0 divides the input plane."
        return (
            f"A neuron with weights {w1:g} and {w2:g}, bias {b:g} and {activation}, as a {view}. "
            f"{where} At the input ({x1:g}, {x2:g}) the weighted sum is {z:.2f} "
            f"and the output {a:.4f}."
        )


def explore_neuron(activation=None):
    """Show a neuron with two inputs. `activation`: a name in the list, or your own function of z.

    The function gets an array and returns an array of the same shape; one that takes single
    numbers works too. ValueError for an activation that is neither.
    """
    return NeuronExplorer(activation)
