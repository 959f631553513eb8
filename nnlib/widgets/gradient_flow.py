"""How signals and gradients keep their size in a deep network: one picture for each direction."""

import numpy as np
import traitlets
from traitlets import Bool, Int

from nnlib.palette import BLUE, GREEN, GRID, ORANGE, RED
from nnlib.widgets.base.javascript import HERE, joined, style
from nnlib.widgets.base.numbers import few
from nnlib.widgets.base.showpiece import Showpiece
from nnlib.widgets.models.gradient_flow import (
    ACTIVATIONS,
    HIGH,
    LOW,
    MOST,
    STARTS,
    STRONG,
    compute,
    measure_own,
)


def limits(flows):
    """Return (low, high) that hold all numbers of the flows, in jumps of four powers of ten."""
    numbers = np.concatenate([np.ravel(flow) for flow in flows if flow is not None])
    numbers = np.clip(numbers[numbers > 0], LOW, HIGH) if (numbers > 0).any() else [1.0]
    low = 10.0 ** (4 * np.floor(np.log10(np.min(numbers)) / 4))
    return max(LOW, min(low, 1e-4)), min(HIGH, max(100.0, 10 * np.max(numbers)))


def verdict(flow):
    """Say in a sentence how layer 1 and the last layer compare."""
    first, last = flow.learned[0], flow.learned[-1]
    typical = float(np.median(flow.learned))
    layers = len(flow.learned)
    if first == 0 or last == 0:
        return "the gradient of layer 1 is exactly 0: it learns nothing"
    gets = f"layer 1 gets {few(first / last)} times the gradient of layer {layers}"
    if typical < 1e-6 and first / last > 1 / STRONG:
        return f"the gradient is tiny in every layer, typically {few(typical)}"
    if first / last < 1 / STRONG:
        return f"{gets}: it vanishes"
    if typical > 1e2:
        return f"the gradient is huge in every layer, typically {few(typical)}"
    if first / last > STRONG:
        return f"{gets}: it explodes"
    return f"{gets}"


class GradientFlow(Showpiece):
    """What reaches each layer of a network of `depth` layers: the signal, and the gradient.

    width: units of a hidden layer; activation and start (of the weights): names in the lists;
    batch_norm, residual: switched on; seed: of the weights and the examples, 0 to 9.
    """

    _esm = joined(HERE / "gradient_flow.js")
    _css = style("gradient_flow")
    size = (7.8, 4.0)
    depth = Int(10, min=2, max=MOST).tag(sync=True, setting=True)
    width = Int(32, min=4, max=64).tag(sync=True, setting=True)
    activation = traitlets.Enum(list(ACTIVATIONS), "sigmoid").tag(sync=True, setting=True)
    start = traitlets.Enum(list(STARTS), "Xavier").tag(sync=True, setting=True)
    batch_norm, residual = (Bool(False).tag(sync=True, setting=True) for _ in range(2))
    seed = Int(0, min=0, max=9).tag(sync=True, setting=True)
    own = traitlets.Dict().tag(sync=True)  # the Flow of the learner's network

    def __init__(self, own=None, **settings):
        self.measured = own
        plain = {} if own is None else {name: part.tolist() for name, part in own._asdict().items()}
        super().__init__(own=plain, **settings)

    @property
    def flow(self):
        """The Flow of the network that these settings make."""
        kind = (self.depth, self.width, self.activation, self.start)
        return compute(*kind, self.batch_norm, self.residual, self.seed)

    def draw(self, figure):
        flow, own = self.flow, self.measured
        axes = figure.subplots(1, 2, sharey=True)
        last = max(MOST, 0 if own is None else len(own.size))
        places = np.arange(1, len(flow.size) + 1)
        sides = (
            ("Forwards: what a layer receives", "size", "size", "spread", "difference"),
            ("Backwards: the gradient", "learned", "for the weights", "sent", "sent to z"),
        )
        for ax, (title, first, name, second, beside) in zip(axes, sides, strict=True):
            ax.set(xlim=(0, last + 1), yscale="log", xlabel="layer", title=title)
            ax.grid(color=GRID, lw=0.6)
            for part, look in (
                (first, {"color": BLUE, "marker": "o", "ms": 8, "label": name}),
                (second, {"color": GREEN, "ls": ":", "marker": "s", "ms": 4, "label": beside}),
            ):
                numbers = getattr(flow, part)
                ax.plot(places, np.clip(numbers, LOW, HIGH), mec="white", lw=1.6, **look)
                out = (numbers < LOW) | (numbers > HIGH)
                ax.plot(places[out], np.clip(numbers[out], LOW, HIGH), "x", color=RED, ms=8, mew=2)
            if own is not None:
                numbers = np.clip(getattr(own, first), LOW, HIGH)
                ax.plot(range(1, len(numbers) + 1), numbers, "D-", color=ORANGE, label="yours")
            below = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.15), "ncols": 3}
            ax.legend(frameon=False, fontsize=9, columnspacing=1.2, handletextpad=0.5, **below)
        axes[0].set_ylim(*limits([flow, own]))

    def first_line(self):
        text = verdict(self.flow)
        return f"{text[0].upper()}{text[1:]}" if self.measured is None else f"Controls: {text}"

    def second_line(self):
        if self.measured is not None:
            return f"Yours: {verdict(self.measured)}"
        flow = self.flow
        return (
            f"Layer {len(flow.size)} receives numbers of size {few(flow.size[-1])}, "
            f"which differ by {few(flow.spread[-1])} from example to example"
        )

    def describe(self):
        extras = {"batch normalisation": "batch_norm", "a way around each hidden layer": "residual"}
        switched_on = "".join(f", {said}" for said, name in extras.items() if getattr(self, name))
        return (
            f"A network of {self.depth} layers with {self.width} units, activation "
            f"{self.activation}, weights {self.start}{switched_on}, before any training. "
            f"{self.first_line()}. {self.second_line()}."
        )


def explore_gradient_flow(model=None):
    """Watch the size of the signal and of the gradient, layer by layer, before any training.

    model: your own network with two or more Linear layers; it is measured beside the one that the
    controls build, and not changed. TypeError for anything else, ValueError for a network that
    takes no rows of numbers.
    """
    return GradientFlow(None if model is None else measure_own(model))
