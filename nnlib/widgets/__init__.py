"""Explorers: pictures that follow sliders. Each is one line in a cell, such as explore_neuron()."""

from nnlib.widgets.live_picture import (
    LivePicture,
    choice,
    int_slider,
    log_slider,
    slider,
    toggle,
)

__all__ = ["LivePicture", "choice", "int_slider", "log_slider", "slider", "toggle"]
