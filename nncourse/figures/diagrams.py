"""Diagrams of the lessons: numbers in, a Matplotlib Figure out, all drawn in one style.

Boxes hold values or stages, arrows show where values go. Orange and solid is positive, blue and
dashed is negative, and a line is as thick as its weight is large.
"""

import math

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.patches import Circle, FancyBboxPatch, Rectangle

from nnlib.expect import listed, numbers
from nnlib.palette import BLACK, BLUE, BLUE_TEXT, GREY, PAPER, RED, RED_TEXT
from nnlib.widgets.base.numbers import short

TINT = {"blue": "#e3f0f8", "orange": "#fbe9df", "grey": "#eceef1"}
SMALL, NORMAL, LARGE = 10.5, 11.5, 13  # points
MAP = 0.038  # inches for each number of a map's side
LABEL = 0.25  # of the way along an arrow: there the labels of crossing arrows stand clear


class Sheet:
    """A sheet of paper to draw on, `width` by `height` inches; (0, 0) is its lower left corner."""

    def __init__(self, width, height):
        self.figure = plt.figure(figsize=(width, height))
        self.ax = self.figure.add_axes((0, 0, 1, 1))
        self.ax.set(xlim=(0, width), ylim=(0, height))
        self.ax.set_axis_off()

    def text(self, x, y, words, size=NORMAL, color=BLACK, **style):
        style = {"ha": "center", "va": "center"} | style
        self.ax.text(x, y, words, fontsize=size, color=color, zorder=4, **style)

    def on_line(self, x, y, words, color=BLACK, size=NORMAL):
        """A label on an arrow: the paper around it interrupts the line."""
        paper = {"boxstyle": "round,pad=0.15", "fc": PAPER, "ec": "none"}
        self.text(x, y, words, size, color, bbox=paper)

    def box(self, x, y, width, height, words="", tint="grey", size=NORMAL):
        """A box with rounded corners around (x, y)."""
        corner = x - width / 2, y - height / 2
        style = "round,pad=0,rounding_size=0.09"
        self.ax.add_patch(
            FancyBboxPatch(
                corner, width, height, boxstyle=style, fc=TINT[tint], ec=BLACK, lw=1.2, zorder=3
            )
        )
        self.text(x, y, words, size)

    def circle(self, x, y, radius, words="", tint="grey", size=NORMAL):
        self.ax.add_patch(Circle((x, y), radius, fc=TINT[tint], ec=BLACK, lw=1.2, zorder=3))
        self.text(x, y, words, size)

    def arrow(self, start, end, color=BLACK, lw=1.5, ls="-", bend=0.0):
        """From start to end, with its head at the end."""
        head = f"-|>,head_width={0.16 + 0.05 * lw},head_length={0.32 + 0.07 * lw}"
        style = {"arrowstyle": head, "color": color, "lw": lw, "ls": ls, "zorder": 2}
        style |= {"shrinkA": 0, "shrinkB": 0, "connectionstyle": f"arc3,rad={bend}"}
        style |= {"mutation_scale": 14, "joinstyle": "miter"}
        self.ax.annotate("", end, start, arrowprops=style)


def weight_style(weight, thickest=4.0):
    """How a weight is drawn; weights beyond ±1 are drawn as thick as ±1."""
    lw = 1 + (thickest - 1) * min(abs(weight), 1)
    if weight >= 0:
        return {"color": RED, "ls": "-", "lw": lw}
    return {"color": BLUE, "ls": (0, (3, 1.5)), "lw": lw}


def neuron(inputs, weights, bias):
    """One neuron with its numbers: inputs, a weight on each arrow, the sum, the activation.

    The output stays f(z). Raises ValueError for as many weights as inputs are not.
    """
    inputs, weights = listed(inputs, "neuron, inputs,"), listed(weights, "neuron, weights,")
    if len(inputs) != len(weights):
        raise ValueError(
            f"neuron expected one weight per input, got {len(weights)} for {len(inputs)}."
        )
    z = sum(x * w for x, w in zip(inputs, weights, strict=True)) + bias
    height = max(0.85 * len(inputs), 2.2) + 0.5
    sheet, middle = Sheet(8.6, height), (height + 0.35) / 2
    for i, (x, w) in enumerate(zip(inputs, weights, strict=True)):
        y = middle + 0.85 * ((len(inputs) - 1) / 2 - i)
        slant = (middle - y) / 3.0
        sheet.arrow((1.25, y), (3.47, y + 2.55 * slant), **weight_style(w))
        sheet.box(0.75, y, 1.0, 0.5, rf"$x_{i + 1} = {short(x)}$", "blue", LARGE)
        sheet.on_line(2.1, y + 0.85 * slant, f"× {short(w)}", size=LARGE)
    sheet.arrow((4.0, height - 0.42), (4.0, middle + 0.52))
    sheet.text(4.0, height - 0.22, f"{'−' if bias < 0 else '+'} {short(abs(bias))}", LARGE)
    sheet.circle(4.0, middle, 0.52, f"z = {short(z)}", "orange", LARGE)
    sheet.arrow((4.52, middle), (5.45, middle))
    sheet.box(5.95, middle, 1.0, 0.62, "f", "grey", LARGE)
    sheet.arrow((6.45, middle), (7.25, middle))
    sheet.text(7.32, middle, f"a = f({short(z)})", LARGE, ha="left")
    for x, words in ((0.75, "inputs"), (2.1, "weights"), (4.0, "weighted sum")):
        sheet.text(x, 0.15, words, SMALL, GREY)
    for x, words in ((5.95, "activation"), (7.8, "output")):
        sheet.text(x, 0.15, words, SMALL, GREY)
    sheet.text(4.5, height - 0.22, "bias", SMALL, GREY, ha="left")
    return sheet.figure


def network(weights, names=(), captions=()):
    """A network layer by layer; weights: one matrix (out, in) per layer, as in nn.Linear.

    names: the letter of each column of neurons, like ("x", "h", "y"); captions: words below each.
    Raises ValueError for matrices that do not fit to each other.
    """
    matrices = [np.atleast_2d(numbers(w, "network, weights,")) for w in weights]
    sizes = [matrices[0].shape[1], *(len(w) for w in matrices)]
    for k, w in enumerate(matrices):
        if w.shape != (sizes[k + 1], sizes[k]):
            raise ValueError(
                f"network expected weights {k} of shape (neurons, {sizes[k]}), got {w.shape}."
            )
    gap, step, radius = 2.6, 0.85, 0.3
    height = step * max(sizes) + 0.75
    sheet, middle = Sheet(gap * (len(sizes) - 1) + 2.0, height), (height + 0.6) / 2
    column = [
        [(1.0 + gap * k, middle + step * ((size - 1) / 2 - i)) for i in range(size)]
        for k, size in enumerate(sizes)
    ]
    for k, w in enumerate(matrices):
        for (j, i), weight in np.ndenumerate(w):
            (x0, y0), (x1, y1) = column[k][i], column[k + 1][j]
            long = math.dist((x0, y0), (x1, y1))
            cut = radius / long
            style = weight_style(weight, 3.2)
            ends = [(x0 + (x1 - x0) * f, y0 + (y1 - y0) * f) for f in (cut, 1 - cut)]
            sheet.arrow(*ends, **style)
            at = x0 + (x1 - x0) * LABEL, y0 + (y1 - y0) * LABEL
            sheet.on_line(*at, short(weight), size=SMALL)
    for k, places in enumerate(column):
        name = names[k] if k < len(names) else "a"
        for i, (x, y) in enumerate(places):
            index = f"_{i + 1}" if len(places) > 1 else ""
            tint = "blue" if k == 0 else "orange" if k == len(sizes) - 1 else "grey"
            sheet.circle(x, y, radius, f"${name}{index}$", tint, LARGE)
        if k < len(captions):
            sheet.text(places[0][0], 0.24, captions[k], SMALL, GREY)
    return sheet.figure


def chain(steps):
    """A chain of calculations, forwards above and the slopes on the way back below.

    steps: (name, value, how) for each value, in which how is (words, slope), what makes it from the
    value before and the slope of that; the first one has how None. The slope of the last value with
    respect to each of the others is computed here, as the product of the slopes on the way.
    """
    gap, first = 2.15, 0.75
    sheet = Sheet(gap * (len(steps) - 1) + 2 * first, 2.5)
    y, below = 1.55, 0.62
    places = [first + gap * k for k in range(len(steps))]
    slope = 1.0
    for k in reversed(range(len(steps))):
        name, value, how = steps[k]
        last = k == len(steps) - 1
        sheet.box(places[k], y, 1.05, 0.52, f"${name}$ = {short(value)}", "blue", LARGE)
        words = "1" if last else short(slope)
        sheet.box(places[k], below, 1.05, 0.52, f"d${name}$ = {words}", "orange", LARGE)
        if how:
            operation, local = how
            sheet.arrow((places[k - 1] + 0.53, y), (places[k] - 0.53, y), BLUE_TEXT)
            centre = places[k] - gap / 2
            sheet.text(centre, y + 0.24, operation, NORMAL, BLUE_TEXT)
            sheet.arrow((places[k] - 0.53, below), (places[k - 1] + 0.53, below), RED_TEXT)
            sheet.text(centre, below - 0.26, f"× {short(local)}", NORMAL, RED_TEXT)
            slope *= local
    sheet.text(places[0] - 0.52, 2.3, "forwards: values", SMALL, BLUE_TEXT, ha="left")
    sheet.text(
        places[-1] + 0.52, 0.12, "backwards: slopes of the loss", SMALL, RED_TEXT, ha="right"
    )
    return sheet.figure


def convolutional(stages):
    """A convolutional network as what flows through it: maps as sheets, vectors as bars.

    stages: (words, shape) from the image on; shape is (channels, height, width) or (numbers,), and
    the words say what made it.
    """
    sheets = [(words, shape, min(shape[0], 8)) for words, shape in stages]
    widths = [
        MAP * shape[2] + 0.07 * (shown - 1) if len(shape) == 3 else 0.16
        for _, shape, shown in sheets
    ]
    gap, tallest = 0.62, max(MAP * shape[1] for _, shape in stages if len(shape) == 3) + 0.5
    sheet = Sheet(sum(widths) + gap * (len(stages) - 1) + 0.6, tallest + 0.75)
    x, middle = 0.3, tallest / 2 + 0.45
    for k, ((words, shape, shown), width) in enumerate(zip(sheets, widths, strict=True)):
        if k:
            sheet.arrow((x - gap + 0.06, middle), (x - 0.06, middle))
            sheet.text(x - gap / 2, middle + 0.1, words.replace(" ", "\n", 1), SMALL, va="bottom")
        if len(shape) == 3:
            side = MAP * shape[1]
            for i in range(shown):
                shift = 0.07 * (i - (shown - 1) / 2)
                corner = x + 0.07 * i, middle - side / 2 - shift
                tint = TINT["blue" if k == 0 else "grey"]
                sheet.ax.add_patch(
                    Rectangle(corner, side, side, fc=tint, ec=BLACK, lw=0.9, zorder=3)
                )
            size = " × ".join(map(str, shape))
            if k == 0:
                sheet.text(x + width / 2, middle + side / 2 + 0.16, words, SMALL)
        else:
            long = 0.35 + 0.22 * math.log2(shape[0] / 4)
            tint = TINT["orange" if k == len(stages) - 1 else "grey"]
            corner = x, middle - long / 2
            sheet.ax.add_patch(Rectangle(corner, 0.16, long, fc=tint, ec=BLACK, lw=0.9, zorder=3))
            size = str(shape[0])
        sheet.text(x + width / 2, 0.2, size, SMALL, GREY)
        x += width + gap
    return sheet.figure


def three_sets(training, validation, test):
    """How many examples go into which set, and what each set decides."""
    sheet = Sheet(8.6, 2.75)
    counts = {"training": training, "validation": validation, "test": test}
    purposes = {
        "training": ("the weights", "at every step", "blue"),
        "validation": ("your decisions", "as often as you like", "orange"),
        "test": ("the number you report", "once, at the end", "grey"),
    }
    whole, x = sum(counts.values()), 0.2
    for i, (name, count) in enumerate(counts.items()):
        width = 8.2 * count / whole
        decides, often, tint = purposes[name]
        sheet.ax.add_patch(
            Rectangle((x, 1.9), width, 0.55, fc=TINT[tint], ec=BLACK, lw=1.2, zorder=3)
        )
        sheet.text(x + width / 2, 2.175, f"{count:,}", LARGE)
        centre = 1.45 + 2.85 * i
        sheet.arrow((x + width / 2, 1.9), (centre, 1.3))
        sheet.box(centre, 1.02, 2.5, 0.54, decides, tint, LARGE)
        sheet.text(centre, 0.52, f"{name}: {often}", NORMAL)
        x += width
    return sheet.figure
