"""What is checked in every forward and backward pass: here, so that the layers are formulas alone.

Module wraps the forward() and backward() of each class in these two; inspect.getsource() still
shows the formula. Layers inside a Sequential go through them as well.
"""

import functools
import inspect
import warnings

import numpy as np

from nnlib.expect import floats

ndarray = np.ndarray
FLOATS = np.float32, np.float64
ANY = object()  # the shape of an output that is not an array: then dy may be anything
last_loss = (None, None)  # what the last loss.backward() returned, and the output it belongs to


def watch_forward(forward, receive=None):
    """forward(x) that converts and checks x by receive(), and remembers the shape of y."""

    @functools.wraps(forward)
    def watched(self, x):
        try:
            y = forward(self, x if receive is None else receive(self, x))
        except (AttributeError, TypeError):
            self.check_parameters()
            raise
        self.output = None
        try:
            self.seen = y.shape
        except AttributeError:
            if y is None:
                says = f"{type(self).__name__}.forward() returned None."
                raise TypeError(f"{says} Return the output.") from None
            self.seen = ANY
        return y

    return watched


def watch_backward(backward):
    """backward(dy, input_grad) that looks at dy first; a backward(dy) without the flag will do."""
    takes = inspect.signature(backward).parameters.values()
    if not any(one.name == "input_grad" or one.kind is one.VAR_KEYWORD for one in takes):
        without_flag = backward

        def backward(self, dy, input_grad):
            return without_flag(self, dy)

        functools.update_wrapper(backward, without_flag)

    @functools.wraps(backward)
    def watched(self, dy, input_grad=True):
        # as a rule an array of the shape and kind of y, and here we are inside a network
        if (
            type(dy) is not ndarray
            or dy.shape != self.seen
            or dy.dtype.type not in FLOATS
            or self.output is not None
        ) and type(self).backward is watched:
            dy = check_gradient(self, dy)
        self.waiting = False
        return backward(self, dy, input_grad=input_grad)

    return watched


def check_gradient(module, dy):
    """dy as an array of floats; RuntimeError, TypeError or ValueError where it cannot be dL/dy."""
    name = type(module).__name__
    if module.seen is None:
        _run_again(module)
    if module.seen is not ANY:
        given, dy = dy, floats(dy, "backward(dy)")
        if dy.shape != module.seen:
            says = f"{name}.backward() expected dy of the shape of its output, {module.seen}, got"
            raise ValueError(f"{says} {dy.shape}. dy is dL/dy: a slope for each number of it.")
        if given is last_loss[0] and not _same(last_loss[1], module.output):
            warnings.warn(
                f"The loss was not computed on the last output of this {name}: another forward "
                "pass came in between, or the output was changed before the loss. A network "
                "remembers one pass, so this gradient is wrong. Go backward before the next batch.",
                stacklevel=4,
            )
    return dy


def _run_again(module):
    """An eval pass keeps nothing but its input: go through it once more, this time keeping."""
    name = type(module).__name__
    if module.eval_input is None:
        module.recall()  # there was no forward pass at all: it says so
    if module.training:
        says = f"{name}.backward() in training mode found a prediction in eval mode, which keeps"
        raise RuntimeError(f"{says} nothing. Call the network on the batch again.")
    module.output = module.forward(module.eval_input)


def _same(one, other):
    """Whether two outputs are one array, or equal copies."""
    if one is other or one is None or other is None:
        return True
    return np.shape(one) == np.shape(other) and np.allclose(one, other, equal_nan=True)
