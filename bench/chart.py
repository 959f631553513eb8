"""Draw the ratios of bench.json as an SVG: python -m bench.chart bench.json ratios.svg."""

import json
import sys
from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from bench.plan import NAMES
from nnlib.palette import BLUE, GREY, GRID, ORANGE

LABELS = {
    "reference": "784-256-128-10, batch 64",
    "batch 128": "the same, batch 128",
    "batch 256": "the same, batch 256",
    "batch 1024": "the same, batch 1024",
    "no dropout": "batch 64, no dropout",
    "cnn": "small CNN",
    "xor": "XOR 2-4-1, a step",
}
STYLES = {"torch_index": (BLUE, ""), "torch_fused": (ORANGE, "//")}


def draw(bench):
    """A Figure: how many times as fast as PyTorch nnlib is, one bar a network, on one thread."""
    groups = [group for group in bench["groups"] if group["threads"] == 1]
    fig = Figure(figsize=(8, 0.8 + 0.62 * len(groups)), layout="constrained")
    FigureCanvasSVG(fig)
    ax = fig.add_subplot()
    for i, (name, (colour, hatch)) in enumerate(STYLES.items()):
        rows = [(y, group["contenders"].get(name)) for y, group in enumerate(groups)]
        ys = [y + (i - 0.5) * 0.36 for y, row in rows if row]
        speedups = [1 / row["ratio"] for _, row in rows if row]
        bars = ax.barh(
            ys, speedups, 0.34, color=colour, hatch=hatch, edgecolor="white", label=NAMES[name]
        )
        ax.bar_label(bars, [f"{speedup:.1f}" for speedup in speedups], padding=3)
    ax.axvline(1, color=GREY, linestyle="--")
    ax.set_yticks(range(len(groups)), [LABELS[group["key"]] for group in groups])
    ax.invert_yaxis()
    ax.margins(x=0.08)
    ax.set_xlabel("how many times as fast nnlib trains, one thread (1 = equally fast)")
    ax.grid(axis="x", color=GRID)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(title="against", frameon=False, loc="upper left", bbox_to_anchor=(0, -0.16))
    return fig


def save(bench, path):
    """Write the chart; the same bench.json gives the same file, byte for byte."""
    with mpl.rc_context({"svg.hashsalt": "nnlib", "svg.fonttype": "none"}):
        draw(bench).savefig(path, format="svg", metadata={"Date": None})


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("Usage: python -m bench.chart bench.json OUT.svg")
    save(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), sys.argv[2])
