"""Explorers: pictures that follow sliders. Each is one line in a cell, such as explore_neuron()."""

from nnlib.widgets.fit_by_hand import fit_by_hand
from nnlib.widgets.live_picture import (
    LivePicture,
    choice,
    int_slider,
    log_slider,
    slider,
    toggle,
)
from nnlib.widgets.neuron import explore_neuron

__all__ = [
    "LivePicture",
    "choice",
    "explore_neuron",
    "fit_by_hand",
    "int_slider",
    "log_slider",
    "slider",
    "toggle",
]
