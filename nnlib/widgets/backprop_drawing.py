"""The graph of a small network, drawn as cards that fill with values, and then with gradients."""

import numpy as np
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.patches import FancyBboxPatch

from nnlib.palette import BLUE, GREY, RED
from nnlib.widgets.base.quick_text import QuickText
from nnlib.widgets.models import backprop_steps as steps
from nnlib.widgets.models.backprop_steps import digits
from nnlib.widgets.small_network import MAX_UNITS, pretty

WIDTH = 7.6  # inches; within the picture all lengths are points
CARD = (64, 50)  # of a neuron
SMALL = (46, 24)  # of an input
LOSS = (64, 24)
TEXT_BAND = 106  # below the graph
MAX_LABELS = 12
PALE, VALUE, GRADIENT, NOTHING = "#cdd3da", "#dcecf8", "#fbdcc8", "#e5e7eb"
BLUE_TEXT, RED_TEXT = "#005a8f", "#a34700"  # the palette's two, dark enough for small letters


class Drawing:
    """The artists of one network's graph on an Axes that is measured in points."""

    def __init__(self, ax, network, height):
        self.network, self.columns = network, network.columns
        xs = np.linspace(38, 72 * WIDTH - 40, len(self.columns) + 1)
        low, high = TEXT_BAND + 6, 72 * height - 30
        self.nodes = [(k, i) for k, column in enumerate(self.columns) for i in range(len(column))]
        self.places = {
            (k, i): np.array([xs[k], high - (i + 0.5) * (high - low) / len(self.columns[k])])
            for k, i in self.nodes
        }
        self.end = np.array([xs[-1], (low + high) / 2])  # of the loss
        outputs = range(len(self.columns[-1]))
        self.edges = [(k, i, j) for k, i, j, _ in network.edges()]
        self.edges += [(len(self.columns) - 1, i, None) for i in outputs]  # to the loss
        self.lines = np.array([self._line(*edge) for edge in self.edges])
        self._make_artists(ax, xs, high)

    def _line(self, k, i, j):
        start = self.places[k, i] + [(SMALL if k == 0 else CARD)[0] / 2, 0]
        end = self.end if j is None else self.places[k + 1, j]
        return start, end - [CARD[0] / 2, 0]

    def _make_artists(self, ax, xs, high):
        titles = ["input", *["hidden layer"] * (len(self.columns) - 2), "output", "loss"]
        texts = [
            QuickText(ax, x, high + 8, title, size=10, color=GREY)
            for x, title in zip(xs, titles, strict=True)
        ]
        self.lines_artist = ax.add_collection(LineCollection(self.lines, zorder=1))
        self.heads = ax.add_collection(PolyCollection([], zorder=2.5))
        self.paper = ax.add_collection(PolyCollection([], facecolor="white", zorder=2))
        weights = len(self.edges) - len(self.columns[-1])
        self.crowded = weights > MAX_LABELS
        self.spots = [self._spot(*pair) for pair in zip(self.edges, self.lines, strict=True)]
        labels = self.spots[: MAX_UNITS if self.crowded else weights]
        label = {"size": 8.5, "zorder": 3}
        self.values = [
            QuickText(ax, *spot, shift=(0, 6), color=BLUE_TEXT, **label) for spot in labels
        ]
        self.gradients = [
            QuickText(ax, *spot, shift=(0, -5.5), color=RED_TEXT, **label) for spot in labels
        ]
        cards = [(self.places[node], SMALL if node[0] == 0 else CARD) for node in self.nodes]
        cards.append((self.end, LOSS))
        outlines = [box(place, size, 5) for place, size in cards]
        upper = [
            box((x, y + (CARD[1] / 4 if size is CARD else 0)), half(size), 3)
            for (x, y), size in cards
        ]
        lower = [box(place - [0, CARD[1] / 4], half(CARD), 3) for place, _ in cards]
        plain = {"facecolor": "white", "edgecolor": "none"}
        self.under = ax.add_collection(PathCollection(outlines, zorder=4, **plain))
        self.upper = ax.add_collection(PathCollection(upper, zorder=4.1, **plain))
        self.lower = ax.add_collection(PathCollection(lower, zorder=4.2, **plain))
        self.frame = ax.add_collection(PathCollection(outlines, zorder=4.3, facecolor="none"))
        self.known, self.slopes, self.names, self.below = [], [], [], []
        for place, size in cards:
            rise = size[1] / 4 if size is CARD else 0
            x, y = place
            self.known.append(QuickText(ax, x, y + rise, size=9, color=BLUE_TEXT))
            self.slopes.append(QuickText(ax, x, y - rise, size=9, color=RED_TEXT))
            self.names.append(QuickText(ax, x, y + size[1] / 2 + 7, size=9.5))
            self.below.append(QuickText(ax, x, y - size[1] / 2 - 8, size=9, color=RED_TEXT))
        self.below[-1].set_color(BLUE_TEXT)  # the target is given, it is no gradient
        self.artists = [
            *(*texts, self.lines_artist, self.heads, self.paper, *self.values, *self.gradients),
            *(self.under, self.upper, self.lower, self.frame),
            *(*self.known, *self.slopes, *self.names, *self.below),
        ]

    def _spot(self, edge, line):
        k, i, _ = edge
        # labels of the edges from one node stand below each other, those of the next beside
        share = 0.27 + 0.46 * i / max(len(self.columns[k]) - 1, 1)
        if len(self.columns[k]) == 1:
            share = 0.5
        return line[0] + share * (line[1] - line[0])

    def show(self, visible):
        for artist in self.artists:
            artist.set_visible(visible)

    def update(self, scene, run, order, now):
        """Show what is known after order[now], a Step."""
        step = order[now]
        reached = {one: at <= now for at, one in enumerate(order)}
        done = step.kind == "update"
        after = steps.descend(scene, run) if done else scene.layers
        active = self.active_edges(step)
        back = step.kind in ("da", "dz", "dw")
        colour = RED if back else BLUE
        strong = [edge in active for edge in self.edges]
        self.lines_artist.set_color([colour if on else PALE for on in strong])
        self.lines_artist.set_linewidth([2.6 if on else 1.2 for on in strong])
        chosen = [line for line, on in zip(self.lines, strong, strict=True) if on]
        self.heads.set_verts([head(line[::-1] if back else line) for line in chosen])
        self.heads.set_color(colour)
        self._label_edges(scene, run, reached, after, active, step)
        self._fill_cards(scene, run, reached, step, colour, after)

    def active_edges(self, step):
        """The edges along which numbers flow in this step."""
        k, j = step.layer, step.unit
        if step.kind in ("z", "dw"):
            return {edge for edge in self.edges if edge[0] == k and edge[2] == j}
        if step.kind == "loss":
            return {edge for edge in self.edges if edge[2] is None}
        if step.kind == "da":
            return {edge for edge in self.edges if edge[0] == k + 1 and edge[1] == j}
        return set()

    def _label_edges(self, scene, run, reached, after, active, step):
        """Write weight and gradient on every edge; where that is too many, on the active ones."""
        weights = [edge for edge in self.edges if edge[2] is not None]
        spots = dict(zip(self.edges, self.spots, strict=True))
        if self.crowded:
            share = 0.6 if step.kind == "da" else 0.4  # where the active edges lie apart
            weights = [edge for edge in weights if edge in active]
            lines = dict(zip(self.edges, self.lines, strict=True))
            spots = {e: (1 - share) * lines[e][0] + share * lines[e][1] for e in weights}
        paper = []
        arrow = "→" if step.kind == "update" else ""
        for at, (value, gradient) in enumerate(zip(self.values, self.gradients, strict=True)):
            shown = at < len(weights)
            value.set_visible(shown)
            gradient.set_visible(shown)
            if not shown:
                continue
            k, i, j = edge = weights[at]
            known = reached[steps.Step("dw", k, j)]
            value.set_text(arrow + digits(after[k][0][j, i]))
            gradient.set_text(digits(run.dw[k][j, i]) if known else "")
            if self.crowded:
                value.move(*spots[edge])
                gradient.move(*spots[edge])
            width = 5.2 * max(len(value.get_text()), len(gradient.get_text()))
            paper.append(rectangle(spots[edge], width, 12, -12 if known else 0))
        self.paper.set_verts(paper)

    def _fill_cards(self, scene, run, reached, step, colour, after):
        upper, lower, frames = [], [], []
        done = step.kind == "update"
        for at, (k, i) in enumerate(self.nodes):
            name = pretty(self.columns[k][i])
            if k == 0:
                self.known[at].set_text(digits(scene.x[i]))
                self.names[at].set_text(name)
                upper.append(VALUE)
                lower.append("none")
                frames.append(GREY)
                continue
            layer = k - 1
            if scene.biased[layer]:
                arrow = "→ " if done else ""
                name += f", bias {arrow}{digits(after[layer][1][i])}"
            self.names[at].set_text(name)
            values, slopes, dead = [], [], False
            o = steps.output_letter(scene, layer)
            for kind, letter, array in (("z", "z", run.z), ("a", "a", run.a)):
                if reached.get(steps.Step(kind, layer, i)):
                    values.append(f"{letter} {digits(array[layer][i])}")
            for kind, letter, array in (("da", f"d{o}", run.da), ("dz", "dz", run.dz)):
                if reached.get(steps.Step(kind, layer, i)):
                    slopes.append(f"{letter} {digits(array[layer][i])}")
                    dead = array[layer][i] == 0
            self.known[at].set_text("\n".join(values))
            self.slopes[at].set_text("\n".join(slopes))
            with_bias = scene.biased[layer] and reached[steps.Step("dw", layer, i)]
            self.below[at].set_text(f"db {digits(run.db[layer][i])}" if with_bias else "")
            upper.append(VALUE if values else "none")
            lower.append("none" if not slopes else NOTHING if dead else GRADIENT)
            here = (step.layer, step.unit) == (layer, i) and step.kind not in ("start", "loss")
            frames.append(colour if here and not done else GREY)
        known = reached[steps.Step("loss")]
        self.known[-1].set_text(f"L {digits(run.loss)}" if known else "")
        self.names[-1].set_text("L")
        targets = ", ".join(digits(t) for t in scene.target)
        self.below[-1].set_text(f"target {targets}")
        frames.append(colour if step.kind == "loss" else GREY)
        self.upper.set_facecolor([*upper, VALUE if known else "none"])
        self.lower.set_facecolor([*lower, "none"])
        self.frame.set_edgecolor(frames)
        self.frame.set_linewidth([1.2 if c == GREY else 3.2 for c in frames])


def box(place, size, radius):
    """Return the path of a rectangle with round corners, about its middle."""
    corner = np.asarray(place) - np.asarray(size) / 2
    style = f"round,pad=0,rounding_size={radius}"
    return FancyBboxPatch(corner, *size, boxstyle=style).get_path()


def half(size):
    """The size of the tinted part of a card."""
    return (size[0] - 4, size[1] / 2 - 3) if size is CARD else (size[0] - 4, size[1] - 4)


def rectangle(spot, width, above, below):
    x, y = spot
    left, right = x - width / 2, x + width / 2
    return [(left, y + below), (right, y + below), (right, y + above), (left, y + above)]


def head(line):
    """Return the corners of an arrow's head at the end of a line (2, 2)."""
    along = (line[1] - line[0]) / np.linalg.norm(line[1] - line[0])
    across = np.array([-along[1], along[0]])
    tip = line[1] + 1 * along
    return [tip, tip - 11 * along + 5 * across, tip - 11 * along - 5 * across]
