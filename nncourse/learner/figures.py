"""Figures in a notebook: sharp on every screen, in the colours of the course.

In a kernel they are PNG with twice as many pixels. python -m nncourse.authoring.notebooks stores
SVG beside that, which stays sharp at any zoom.
"""

import sys

FORMATS = "retina"  # Jupyter's name for a PNG of twice as many pixels, shown at its true size
# the pixels of an image inside an SVG follow dpi, too
PRINTED = {"bbox_inches": "tight", "dpi": 200}


def set_up(shell):
    """Tell a kernel how figures are shown; what its owner has configured stays."""
    wanted = shell.config.InlineBackend
    for name, value in (("figure_formats", {FORMATS}), ("print_figure_kwargs", PRINTED)):
        wanted.setdefault(name, value)
    wanted.setdefault("rc", style())
    inline = sys.modules.get("matplotlib_inline.config")
    if inline is not None and inline.InlineBackend.initialized():  # pyplot was imported before
        sys.modules["matplotlib"].rcParams.update(wanted.rc)
        inline.InlineBackend.instance().update_config(shell.config)


def style():
    """How Matplotlib draws what a lesson does not say."""
    from cycler import cycler  # here: the doctor comes by, and works without NumPy

    from nnlib.palette import CYCLE

    return {
        "axes.prop_cycle": cycler(color=CYCLE),
        "axes.titlesize": "medium",
        "legend.framealpha": 0.9,
        "svg.hashsalt": "nnlib",  # the same figure is the same file
    }
