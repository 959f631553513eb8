"""Numbers that remember: a graph of them, its order, and the way back through it, step by step."""

import traitlets
from matplotlib.patches import FancyBboxPatch
from traitlets import Float, Int, List, Unicode

from nnlib.palette import GREY, RED_TEXT
from nnlib.widgets.base.javascript import HERE, joined, style
from nnlib.widgets.base.numbers import short
from nnlib.widgets.base.showpiece import Showpiece
from nnlib.widgets.models.values import (
    compute,
    examples,
    gradients,
    graph_of,
    leaves_of,
    steps,
)

EXAMPLES = examples()
FIRST = next(iter(EXAMPLES))
CALLER = "explore_values"
WIDE, HIGH = 0.68, 0.62  # of a card in the still picture, in columns and rows


class ValueGraph(Showpiece):
    """A graph of values: forwards in its topological order, then backwards, node by node.

    example: the name of a graph, when there is none of the learner's own; leaves: the numbers of
    the leaves, in order; step: how far the two passes have come.
    """

    _esm = joined(HERE / "values.js")
    _css = style("values")
    size = (8.0, 3.6)
    example = traitlets.Enum(tuple(EXAMPLES), FIRST).tag(sync=True, setting=True)
    leaves = List(Float(), leaves_of(EXAMPLES[FIRST])).tag(sync=True, setting=True)
    step = Int(7, min=0).tag(sync=True, setting=True)
    own = List().tag(sync=True)
    call = Unicode(f"{CALLER}()").tag(sync=True)
    starts = traitlets.Dict().tag(sync=True)

    @property
    def nodes(self):
        """The graph: a list of dictionaries, parents first."""
        return self.own or EXAMPLES[self.example]

    def set(self, **values):
        """Change settings, by name; an example brings its own leaves, and begins at step 0."""
        if values.get("example") in EXAMPLES:
            values = {"leaves": leaves_of(EXAMPLES[values["example"]]), "step": 0} | values
        leaves = values.get("leaves", self.leaves)
        wanted = len(leaves_of(self.own or EXAMPLES.get(values.get("example"), self.nodes)))
        if len(leaves) != wanted:
            raise ValueError(f"There are {wanted} leaves, got {len(leaves)} numbers for them.")
        return super().set(**values)

    def compute(self):
        """(data, gradients): what every value is, and what has arrived there; None: nothing."""
        data, slopes = compute(self.nodes, self.leaves)
        return data, gradients(self.nodes, slopes, self.step)

    def draw(self, figure):
        data, grads = self.compute()
        made = {k for kind, k in steps(self.nodes)[: self.step + 1] if kind == "value"}
        across, down = ([node["at"][axis] for node in self.nodes] for axis in (0, 1))
        ax = figure.add_subplot(
            xlim=(-0.5, max(across) + 0.5), ylim=(max(down) + 0.6, min(down) - 0.7)
        )
        ax.set_axis_off()
        for k, node in enumerate(self.nodes):
            for i, parent in enumerate(node["parents"]):
                twice = node["parents"].count(parent) > 1
                (x1, y1), (x2, y2) = self.nodes[parent]["at"], node["at"]
                bend = f"arc3,rad={(0.5 if i else -0.5) if twice else 0}"
                arrow = {"arrowstyle": "-|>", "color": GREY, "connectionstyle": bend}
                arrow |= {"shrinkA": 0, "shrinkB": 0}
                ends = (x2 - WIDE / 2, y2), (x1 + WIDE / 2, y1)
                ax.annotate("", *ends, arrowprops=arrow)
            x, y = node["at"]
            corner, style = (x - WIDE / 2, y - HIGH / 2), "round,pad=0,rounding_size=0.1"
            box = FancyBboxPatch(corner, WIDE, HIGH, style, facecolor="white", edgecolor=GREY)
            ax.add_patch(box)
            if k in made or not node["parents"]:
                ax.text(x, y - 0.14, short(data[k]), ha="center", va="center")
            if grads[k] is not None:
                words = f"grad {short(grads[k])}"
                ax.text(x, y + 0.16, words, ha="center", va="center", color=RED_TEXT, fontsize=9)
            op = "" if f" {node['op']} " in node["name"] or not node["op"] else f": {node['op']}"
            name = node["name"] + op
            ax.text(x, y - HIGH / 2 - 0.05, name, ha="center", va="bottom", fontsize=9)

    def describe(self):
        data, grads = self.compute()
        last = self.nodes[-1]["name"]
        order = ", ".join(node["name"] for node in self.nodes)
        arrived = ", ".join(
            f"{node['name']} {grad:.4g}"
            for node, grad in zip(self.nodes, grads, strict=True)
            if grad is not None
        )
        gradients_so_far = f"Gradients so far: {arrived}" if arrived else "No gradients yet"
        return (
            f"A graph of {len(self.nodes)} values in the order {order}, at step {self.step}. "
            f"{last} is {data[-1]:.4g}. {gradients_so_far}."
        )


def explore_values(value=None, **names):
    """Walk through the graph behind a number that remembers: forwards, and back again.

    value: a Value as lesson 13 builds it, with data, parents and slopes; without it, the line of
    lesson 07. names: what some of the values are called, such as w=w. Leaves are moved up and down.
    ValueError for something else, or for more than 40 values.
    """
    if value is None:
        if names:
            raise ValueError(f"{CALLER} expected a value first, whose parts have these names.")
        return ValueGraph()
    nodes = graph_of(value, names, CALLER)
    leaves, middle = leaves_of(nodes), len(steps(nodes)) // 2
    return ValueGraph(
        own=nodes,
        leaves=leaves,
        step=middle,
        call=f"{CALLER}({', '.join(['value', *(f'{name}={name}' for name in names)])})",
        starts={"leaves": leaves, "step": middle},
    )
