"""Losses for one prediction: MSE and cross-entropy, and the gradient that each sends back."""

import numpy as np

from nnlib.nn.functional import sigmoid
from nnlib.palette import BLACK, BLUE, GREEN, GREY, RED
from nnlib.widgets.base.controls import choice, slider
from nnlib.widgets.base.live_picture import LivePicture
from nnlib.widgets.base.numbers import short
from nnlib.widgets.base.quick_text import QuickText
from nnlib.widgets.models.functions import name_of
from nnlib.widgets.models.losses import LOSSES, own_loss

SIDE = 8.0  # logits go from -8 to 8
Z = np.linspace(-SIDE, SIDE, 321)
TOP = 8.6  # the largest loss shown is 8


STYLES = {"MSE": (BLUE, "--", "o"), "cross-entropy": (RED, "-", "s")}
OWN_STYLE = (GREEN, "-.", "^")


class LossExplorer(LivePicture):
    """On the left the losses of a prediction, on the right their slopes by the logit."""

    size = (7.6, 4.2)
    presets = {
        "Undecided": {"z": 0.0, "target": 1},
        "Right and sure": {"z": 5.0, "target": 1},
        "Wrong and sure": {"z": -5.0, "target": 1},
        "Wrong beyond doubt": {"z": -8.0, "target": 1},
    }

    def __init__(self, loss=None):
        self.losses = dict(LOSSES)
        self.styles = dict(STYLES)
        if loss is not None:
            if not callable(loss):
                raise ValueError(
                    f"explore_losses expected a function of (p, target), got {loss!r}. "
                    "Pass the function itself, without brackets."
                )
            name = f"{name_of(loss)} (yours)"
            self.losses[name] = own_loss(loss)
            self.styles[name] = OWN_STYLE
        super().__init__()

    def make_controls(self):
        return {
            "z": slider("logit z", -SIDE, SIDE, -2.0),
            "target": choice("target t", {"1: yes": 1, "0: no": 0}, 1),
            "against": choice("drawn over", {"the logit z": "z", "the probability p": "p"}),
        }

    def build(self, fig):
        fig.get_layout_engine().set(rect=(0, 0.17, 1, 0.83), w_pad=0.1)
        self.left, self.right = fig.subplots(1, 2)
        self.left.set(ylabel="loss", title="Loss", ylim=(-0.25, TOP))
        self.right.set(ylabel="dL/dz", title="Gradient sent back to the logit", ylim=(-1.15, 1.15))
        self.right.axhline(0, color="0.8", lw=1, zorder=0)
        curves, slopes, points = [], [], []
        for name in self.losses:
            colour, dash, marker = self.styles[name]
            style = {"color": colour, "ls": dash, "lw": 2, "label": name}
            curves += self.left.plot([], [], **style)
            slopes += self.right.plot([], [], **style)
            for ax in (self.left, self.right):
                points += ax.plot([], [], marker, color=colour, ms=9, mec="white", mew=1.2)
        guides = [ax.axvline(0, color=GREY, ls=":", lw=1.2) for ax in (self.left, self.right)]
        handles = self.left.get_lines()[: 2 * len(self.losses) : 2]
        fig.legend(handles=handles, loc="outside upper center", ncols=3, frameon=False)
        prediction = QuickText(fig, 0.5, 0.145, color=BLACK)
        rows = [
            QuickText(fig, 0.5, 0.1 - 0.037 * row, color=self.styles[name][0])
            for row, name in enumerate(self.losses)
        ]
        return {
            "guides": guides,
            "curves": curves,
            "slopes": slopes,
            "points": points,
            "prediction": prediction,
            "rows": rows,
        }

    def compute(self, z, target, against):
        over_all = {name: function(Z, target) for name, function in self.losses.items()}
        here = {n: [float(one) for one in f(z, target)] for n, f in self.losses.items()}
        return {"z": z, "target": target, "against": against, "curves": over_all, "here": here}

    def update(self, artists, z, target, against, curves, here):
        x, at = (Z, z) if against == "z" else (sigmoid(Z), sigmoid(z))
        label = "logit z" if against == "z" else "probability p = sigmoid(z)"
        low, high = (-SIDE, SIDE) if against == "z" else (0, 1)
        margin = 0.03 * (high - low)
        for ax in (self.left, self.right):
            ax.set(xlabel=label, xlim=(low - margin, high + margin))
        for guide in artists["guides"]:
            guide.set_xdata([at, at])
        for k, (name, (loss, slope)) in enumerate(curves.items()):
            artists["curves"][k].set_data(x, loss)
            artists["slopes"][k].set_data(x, slope)
            loss, slope = here[name]
            artists["points"][2 * k].set_data([at], [loss])
            artists["points"][2 * k + 1].set_data([at], [slope])
            row = f"{name}: loss {loss:.4f}, gradient {slope:+.4f}"
            artists["rows"][k].set_text(row.replace(" -", " −"))  # the name may have a hyphen
        p = float(sigmoid(z))
        sure = f"p = sigmoid({short(z)}) = {p:.4f}, target {target}, so p − t = {p - target:+.4f}"
        artists["prediction"].set_text(sure.replace("-", "−"))

    def describe(self, z, target, against, here, **_):
        parts = [f"{n} has loss {loss:.4f} and gradient {d:.4f}" for n, (loss, d) in here.items()]
        return (
            f"Losses and their gradients over the {'logit' if against == 'z' else 'probability'}. "
            f"At the logit {z:g}, probability {float(sigmoid(z)):.4f}, with target {target}: "
            f"{'; '.join(parts)}."
        )


def explore_losses(loss=None):
    """Show MSE and cross-entropy of one prediction, and the gradient that each sends back.

    loss: your own function of (p, target), p an array of probabilities; it returns one loss for
    each, and its slope is measured. ValueError for anything that cannot be called.
    """
    return LossExplorer(loss)
