"""Sequential, a stack of layers, and Residual, a stack with a way around it."""

import warnings
from operator import is_not

import numpy as np

from nnlib.expect import whole
from nnlib.nn.module import Module, check_once


class Sequential(Module):
    """y = layer_k(... layer_1(x)); backward goes through the same layers in reverse.

    model[0] is a layer, model[:2] a Sequential of the same first two. append() and insert() add,
    model[0] = layer replaces, del model[0] removes: make the optimizer after it.
    Raises TypeError for a layer that is no Module, ValueError for one that stands in it twice:
    a layer remembers one forward pass, so every place needs a layer of its own.
    """

    def __init__(self, *layers):
        super().__init__()
        self.layers = _checked(layers)

    def named_children(self):
        return [(str(i), layer) for i, layer in enumerate(self.layers)]

    def learns(self):
        return any(layer.learns() for layer in self.layers)

    def __len__(self):
        return len(self.layers)

    def __getitem__(self, i):
        if isinstance(i, slice):
            return Sequential(*self.layers[i])
        return self.layers[self._place(i)]

    def __setitem__(self, i, layer):
        i = self._place(i)
        self.layers = _checked((*self.layers[:i], layer, *self.layers[i + 1 :]))

    def __delitem__(self, i):
        i = self._place(i)
        self.layers = self.layers[:i] + self.layers[i + 1 :]

    def _place(self, i):
        """The place i, from 0 on; IndexError where there is no layer."""
        i = whole(i, "Sequential[i]", -len(self))
        if i >= len(self):
            raise IndexError(f"Sequential[i] expected i below {len(self)}, got {i}.")
        return i % len(self)

    def append(self, layer):
        """Add a layer at the end; an optimizer made before does not know its parameters."""
        return self.insert(len(self), layer)

    def insert(self, index, layer):
        """Add a layer before place `index`; returns the Sequential."""
        index = whole(index, "Sequential.insert(index)", -len(self))
        self.layers = _checked((*self.layers[:index], layer, *self.layers[index:]))
        return self

    def forward(self, x):
        given, layers = x, self.layers
        for layer in layers:
            x = layer.forward(x)
        # `seen` is a new object in each pass, and so tells which one it was
        self.saved = given, [layer.seen for layer in layers]
        return x

    def backward(self, dy, input_grad=True):
        """Send dL/dy back; returns dL/dx, or None with input_grad=False.

        Then nothing is computed below the first layer that learns: data needs no gradient.
        """
        layers = self.layers
        if self.saved and any(map(is_not, [layer.seen for layer in layers], self.saved[1])):
            self._go_again()
        while not input_grad and len(layers) > 1 and not layers[0].learns():
            layers = layers[1:]
        for layer in reversed(layers):
            dy = layer.backward(dy, input_grad=input_grad or layer is not layers[0])
        return dy if input_grad else None

    def _go_again(self):
        """Somebody else has called one of the layers since: let them remember this pass again."""
        self.forward(self.saved[0])
        if any(module.differs_in_training for module in self.modules()):
            warnings.warn(
                "A layer of this Sequential, which remembers one pass, was called between forward "
                "and backward: this gradient is wrong. Go backward before that.",
                stacklevel=4,
            )


def _checked(layers):
    """The layers as a tuple; TypeError or ValueError where one of them cannot stand there."""
    for i, layer in enumerate(layers):
        if not isinstance(layer, Module):
            hint = f" Write nn.{layer.__name__}(...)." if isinstance(layer, type) else ""
            hint = " Write nn.Sequential(*layers)." if isinstance(layer, list) else hint
            raise TypeError(f"Sequential expected layers, got {layer!r} at place {i}.{hint}")
    check_once("Sequential", [m for layer in layers for m in layer.modules()])
    return tuple(layers)


class Residual(Module):
    """y = x + block(x): the gradient always has a way around the block. He et al., 2016.

    block: a Module that keeps the shape of x, or several layers, which become a Sequential.
    Raises ValueError when the block changes the shape.
    """

    def __init__(self, *block):
        super().__init__()
        single = len(block) == 1 and isinstance(block[0], Module)
        self.block = block[0] if single else Sequential(*block)

    def forward(self, x):
        y = self.block.forward(x)
        if y.shape != np.shape(x):
            raise ValueError(
                f"Residual expected a block that keeps the shape {np.shape(x)}, got {y.shape}."
            )
        return x + y

    def backward(self, dy, input_grad=True):
        return dy + self.block.backward(dy)
