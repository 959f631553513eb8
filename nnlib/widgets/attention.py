"""Attention: where each letter of a sentence looks, in the heads of a trained network."""

import numpy as np
from traitlets import Bool, Enum, Int

from nnlib.palette import BLUE, GREY
from nnlib.widgets.base.javascript import HERE, joined, style
from nnlib.widgets.base.showpiece import Showpiece
from nnlib.widgets.models.attention import attend

SENTENCES = (
    "the white whale, the white whale",
    "call me ishmael. some years ago",
    "he said that queequeg, he said",
    "whale whale whale whale whale",
)
HEADS = 4


class AttentionExplorer(Showpiece):
    """A sentence whose letters are coloured by how much the chosen one looks at them.

    sentence: one of SENTENCES; place: the letter that looks, from 0; head: 1 to 4; masked: whether
    later letters are hidden; scaled: whether scores are divided by √d.
    """

    _esm = joined(HERE / "attention.js")
    _css = style("attention")
    size = (7.4, 4.2)
    sentence = Enum(SENTENCES, SENTENCES[0]).tag(sync=True, setting=True)
    place = Int(21, min=0, max=63).tag(sync=True, setting=True)
    head = Int(1, min=1, max=HEADS).tag(sync=True, setting=True)
    masked = Bool(True).tag(sync=True, setting=True)
    scaled = Bool(True).tag(sync=True, setting=True)

    @property
    def looking(self):
        """The place of the letter that looks, within the sentence."""
        return min(self.place, len(self.sentence) - 1)

    def compute(self):
        """(scores, weights) of the chosen head, each (T, T)."""
        return attend(self.sentence, self.head, self.masked, self.scaled)

    def draw(self, figure):
        weights, letters = self.compute()[1], self.sentence.replace(" ", "␣")
        left, right = figure.subplots(1, 2, width_ratios=(1.1, 1))
        left.imshow(weights, cmap="Blues", vmin=0, vmax=1)
        left.axhspan(self.looking - 0.5, self.looking + 0.5, fill=False, color=GREY)
        left.set(title=f"Head {self.head}", xlabel="looks at", ylabel="the letter that looks")
        for ticks in (left.set_xticks, left.set_yticks):
            ticks(range(len(letters)), letters, fontsize=8)
        right.bar(range(len(letters)), weights[self.looking], color=BLUE)
        right.set(title=f"The {spoken(self.sentence[self.looking])} at place {self.looking}")
        right.set(ylabel="weight", ylim=(0, 1))
        right.set_xticks(range(len(letters)), letters, fontsize=8)

    def describe(self):
        weights = self.compute()[1][self.looking]
        most = np.argsort(-weights, kind="stable")[:3]
        said = ", ".join(f"{spoken(self.sentence[i])} at {i} ({weights[i]:.2f})" for i in most)
        letter, mask = spoken(self.sentence[self.looking]), "with" if self.masked else "without"
        return (
            f'Head {self.head} on "{self.sentence}", {mask} mask: the {letter} at place '
            f"{self.looking} looks most at {said}."
        )


def spoken(letter):
    """A letter as a sentence names it."""
    return {" ": "space", ",": "comma", ".": "full stop"}.get(letter, letter)


def explore_attention():
    """Choose a letter of a sentence, and see which letters a trained head of attention looks at."""
    return AttentionExplorer()
