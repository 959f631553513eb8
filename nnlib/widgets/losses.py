"""Losses for one prediction: MSE and cross-entropy, and the gradient that each sends back."""

import numpy as np
import traitlets
from traitlets import Float, Int, Unicode

from nnlib.nn.functional import sigmoid
from nnlib.palette import CYCLE, DASHES, GREY, GRID, MARKERS
from nnlib.widgets.base.javascript import HERE, joined, style
from nnlib.widgets.base.showpiece import Showpiece
from nnlib.widgets.models.functions import call_of
from nnlib.widgets.models.losses import LOSSES, own_loss, own_tables

SIDE = 8.0  # logits go from -8 to 8
Z = np.linspace(-SIDE, SIDE, 1601)
OVER = {"z": "logit z", "p": "probability p = sigmoid(z)"}


class LossExplorer(Showpiece):
    """The losses of one prediction, and their slopes with respect to its logit z, for a target.

    z: -8 to 8; target: 0 or 1; against: "z" or "p", what the curves are drawn over.
    """

    _esm = joined(HERE / "losses.js")
    _css = style()
    size = (7.4, 3.9)
    z = Float(-2.0, min=-SIDE, max=SIDE).tag(sync=True, setting=True)
    target = Int(1, min=0, max=1).tag(sync=True, setting=True)
    against = traitlets.Enum(tuple(OVER), "z").tag(sync=True, setting=True)
    own = traitlets.Dict().tag(sync=True)
    call = Unicode("explore_losses()").tag(sync=True)

    def __init__(self, loss=None):
        super().__init__()
        self.losses = dict(LOSSES)
        if loss is not None:
            self.own = own_tables(loss, Z)
            self.losses[self.own["name"]] = own_loss(loss)
            self.call = call_of("explore_losses", loss)

    def compute(self):
        """Return {name: (loss, slope with respect to the logit)} of the prediction."""
        at = np.array([self.z])
        return {
            name: tuple(part.item() for part in function(at, self.target))
            for name, function in self.losses.items()
        }

    def draw(self, figure):
        axes = figure.subplots(1, 2)
        over, here = (Z, self.z) if self.against == "z" else (sigmoid(Z), sigmoid(self.z))
        for part, (ax, title) in enumerate(zip(axes, ("loss", "gradient dL/dz"), strict=True)):
            ax.axvline(here, color=GREY, ls=":", lw=1.2)
            ax.grid(color=GRID, lw=0.6)
            for i, (name, function) in enumerate(self.losses.items()):
                look = {"color": CYCLE[i], "ls": DASHES[i]}
                ax.plot(over, function(Z, self.target)[part], label=name, **look)
                at = self.compute()[name][part]
                ax.plot(here, at, MARKERS[0], color=CYCLE[i], mec="white", ms=9)
            ax.set(xlabel=OVER[self.against], ylabel=title, ylim=((-0.3, 8.6), (-1.15, 1.15))[part])
        axes[1].axhline(0, color=GREY, lw=0.8)
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)

    def describe(self):
        parts = [
            f"{name} has loss {loss:.4f} and gradient {slope:.4f}"
            for name, (loss, slope) in self.compute().items()
        ]
        return (
            f"Losses and their gradients over the {OVER[self.against].split()[0]}. "
            f"At the logit {self.z:g}, probability {float(sigmoid(self.z)):.4f}, with target "
            f"{self.target}: {'; '.join(parts)}."
        )


def explore_losses(loss=None):
    """Drag one prediction along MSE and cross-entropy, and see the gradient each sends back.

    loss: your own function of (p, target), p an array of probabilities; it returns one loss for
    each, and its slope is measured. ValueError for anything that cannot be called.
    """
    if loss is not None and not callable(loss):
        raise ValueError(
            f"explore_losses expected a function of (p, target), got {loss!r}. "
            "Pass the function itself, without brackets."
        )
    return LossExplorer(loss)
