"""Explorers, taken by hand. Each is one line in a cell, such as explore_neuron()."""

from nnlib.widgets.activations import explore_activation, explore_activations
from nnlib.widgets.attention import explore_attention
from nnlib.widgets.ball import explore_gradient_descent, explore_loss_surface
from nnlib.widgets.bumps import explore_bumps
from nnlib.widgets.codes import explore_codes
from nnlib.widgets.convolution import explore_convolution
from nnlib.widgets.digit_pad import digit_pad
from nnlib.widgets.explore_digits import explore_digits
from nnlib.widgets.fit_by_hand import fit_by_hand
from nnlib.widgets.gradient_flow import explore_gradient_flow
from nnlib.widgets.line import explore_neuron, explore_perceptron
from nnlib.widgets.losses import explore_losses
from nnlib.widgets.network import explore_backpropagation, explore_forward_pass
from nnlib.widgets.optimizer_race import explore_optimizers
from nnlib.widgets.softmax import explore_softmax
from nnlib.widgets.training import explore_training
from nnlib.widgets.values import explore_values

__all__ = [
    "digit_pad",
    "explore_activation",
    "explore_activations",
    "explore_attention",
    "explore_backpropagation",
    "explore_bumps",
    "explore_codes",
    "explore_convolution",
    "explore_digits",
    "explore_forward_pass",
    "explore_gradient_descent",
    "explore_gradient_flow",
    "explore_loss_surface",
    "explore_losses",
    "explore_neuron",
    "explore_optimizers",
    "explore_perceptron",
    "explore_softmax",
    "explore_training",
    "explore_values",
    "fit_by_hand",
]
