"""Sequential, a stack of layers, and Residual, a stack with a way around it."""

import warnings

from nnlib.nn.batchnorm import BatchNorm1d
from nnlib.nn.dropout import Dropout
from nnlib.nn.module import Module


class Sequential(Module):
    """y = layer_k(... layer_1(x)); backward goes through the same layers in reverse.

    Raises TypeError for a layer that is no Module, ValueError for one that stands in it twice:
    a layer remembers one forward pass, so every place needs a layer of its own.
    """

    skips_input_grad = True

    def __init__(self, *layers):
        self.layers = list(layers)
        for i, layer in enumerate(self.layers):
            if not isinstance(layer, Module):
                hint = f" Write nn.{layer.__name__}(...)." if isinstance(layer, type) else ""
                hint = " Write nn.Sequential(*layers)." if isinstance(layer, list) else hint
                raise TypeError(f"Sequential expected layers, got {layer!r} at place {i}.{hint}")
        modules = [m for layer in self.layers for m in layer.modules()]
        for i, module in enumerate(modules):
            if any(module is other for other in modules[:i]):
                raise ValueError(
                    f"Sequential expected a new layer at every place, got the same {module!r} "
                    "twice. Make a second one."
                )
        self.differs_in_training = any(isinstance(m, (Dropout, BatchNorm1d)) for m in modules)
        self.first_that_learns = next((i for i, m in enumerate(self.layers) if m.parameters()), 0)

    def named_children(self):
        return [(str(i), layer) for i, layer in enumerate(self.layers)]

    def __len__(self):
        return len(self.layers)

    def __getitem__(self, i):
        return self.layers[i]

    def forward(self, x):
        if self.training and self.differs_in_training:
            if self.awaits_backward:
                warnings.warn(
                    "Two forward passes in training mode with no backward pass between them. "
                    "To predict, call model.eval() first: dropout and batch normalisation are on.",
                    stacklevel=3,
                )
            self.awaits_backward = not self.awaits_backward
        for layer in self.layers:
            x = layer(x)
        return x

    def backward(self, dy, input_grad=True):
        """Send dL/dy back; returns dL/dx, or None with input_grad=False.

        Data needs no gradient: False saves the first layer's matrix product, as PyTorch does.
        """
        self.awaits_backward = False
        for i, layer in reversed(list(enumerate(self.layers))):
            if i == self.first_that_learns and not input_grad:
                skip = {"input_grad": False} if layer.skips_input_grad else {}
                layer.backward(dy, **skip)
                return None
            dy = layer.backward(dy)
        return dy


class Residual(Module):
    """y = x + block(x): the gradient always has a way around the block. He et al., 2016.

    block: a Module that keeps the shape of x, or several layers, which become a Sequential.
    Raises ValueError when the block changes the shape.
    """

    def __init__(self, *block):
        single = len(block) == 1 and isinstance(block[0], Module)
        self.block = block[0] if single else Sequential(*block)

    def forward(self, x):
        y = self.block(x)
        if y.shape != x.shape:
            raise ValueError(
                f"Residual expected a block that keeps the shape {x.shape}, got {y.shape}."
            )
        return x + y

    def backward(self, dy):
        return dy + self.block.backward(dy)
