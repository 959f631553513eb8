"""Is a backward() right? Compare it with the slope that finite differences measure."""

import copy
import warnings

import numpy as np

from nnlib.expect import called, floats, function, number
from nnlib.nn.loss import Loss
from nnlib.nn.module import Module
from nnlib.random import generator

BESIDE = 0.05  # how far from a corner is "beside it": far above eps


def numerical_gradient(f, x, eps=1e-6):
    """df/dx by central differences: (f(x + eps) - f(x - eps)) / (2 eps), one entry at a time.

    f: a function from an array of x's shape to a float. Returns an array of x's shape, float64.
    """
    function(f, "numerical_gradient, f,")
    x, eps = np.array(floats(x), np.float64), number(eps, "eps", above=0)
    left, right, _ = _slopes(lambda: _one_number(f(x)), x, eps)
    return (left + right) / 2


def _slopes(f, x, eps):
    """Slopes of f() to the left and right along each entry of x, which f looks at; the steps."""
    left, right, here = np.zeros_like(x), np.zeros_like(x), f()
    steps = eps * np.maximum(1, np.abs(x) / 1000)  # more where eps would round away
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + steps[i]
        right[i] = (f() - here) / (x[i] - kept)
        x[i] = kept - steps[i]
        left[i] = (here - f()) / (kept - x[i])
        x[i] = kept
    return left, right, steps


def _one_number(value):
    if np.size(value) != 1:
        raise ValueError(f"f expected to return one number, such as a loss, got {called(value)}.")
    return floats(value, "f(x)").item()


def gradcheck(module, x, target=None, eps=1e-6, atol=1e-6, rtol=1e-4):
    """True when backward() agrees with finite differences for the input and every parameter.

    x: an input of a shape that the module takes; a loss is checked on its value with `target`, a
    layer on Σ y w with fixed random w. Works in float64 on a copy. Where x lies on a corner, as
    of ReLU at 0, there is no slope to measure: it warns, and checks beside it.
    Raises AssertionError that names the first gradient that differs, and where.
    """
    if not isinstance(module, Module):
        raise TypeError(f"gradcheck expected a layer, network or loss, got {called(module)}.")
    for name, value in (("eps", eps), ("atol", atol), ("rtol", rtol)):
        number(value, name, above=0)
    module = copy.deepcopy(module).to(np.float64)
    x = np.array(floats(x), np.float64)
    arrays = [x, *(p.data for p in module.parameters())]
    if not all(np.isfinite(array).all() for array in arrays):
        raise ValueError("gradcheck expected finite numbers in x and in the parameters.")
    before = generator.bit_generator.state
    try:
        for shift in range(4):
            corner = _compare(module, x, target, eps, atol, rtol)
            if corner is None:
                return True
            if shift == 0:
                warnings.warn(f"{corner} Checked beside it.", stacklevel=2)
            draw = np.random.default_rng(shift)
            for array in arrays:
                array += draw.uniform(-BESIDE, BESIDE, array.shape)
    finally:
        generator.bit_generator.state = before
    raise AssertionError(f"{corner} Beside it were corners too. Choose another x.")


def _compare(module, x, target, eps, atol, rtol):
    """None when all gradients agree, or a sentence when one differs where x lies on a corner."""
    before = generator.bit_generator.state  # put back each time: dropout draws the same mask
    is_loss, kind = isinstance(module, Loss), type(module).__name__

    def run():
        generator.bit_generator.state = before
        return module(x, target) if is_loss else module.forward(x)

    y = run()
    weights = 1.0 if is_loss else np.random.default_rng(0).normal(size=np.shape(y))
    rounding = 1e-15 * float(np.sum(np.abs(y * weights)))  # of f, and so no difference in it
    module.zero_grad()
    gradients = {"input": (module.backward() if is_loss else module.backward(weights), x)}
    gradients |= {name: (p.grad, p.data) for name, p in module.named_parameters()}
    for name, (gradient, array) in gradients.items():
        if gradient is None or np.shape(gradient) != array.shape:
            raise AssertionError(
                f"{kind}: the gradient of {name} should have shape {array.shape}, got "
                f"{called(gradient)}. backward() returns dL/dx, and accumulates into parameters."
            )
        left, right, steps = _slopes(lambda: float(np.sum(run() * weights)), array, eps)
        measured, noise = (left + right) / 2, rounding / steps
        differs = ~(np.abs(gradient - measured) <= rtol * np.abs(measured) + atol + noise)
        corner = np.abs(right - left) > 1e-3 * (np.abs(left) + np.abs(right)) + 1e-5 + noise
        for i in map(tuple, np.argwhere(differs & ~corner).tolist()):
            raise AssertionError(
                f"{kind}: the gradient of {name} differs in {differs.sum()} of {differs.size} "
                f"entries. First at {i}: backward() says {gradient[i]:.6g}, measured is "
                f"{measured[i]:.6g}. Check the derivative, and the sums over the batch."
            )
        for i in map(tuple, np.argwhere(differs & corner).tolist()):
            return (
                f"{kind}: {name} lies on a corner at {i}: the slope is {left[i]:.6g} on one side "
                f"and {right[i]:.6g} on the other, and backward() says {gradient[i]:.6g}."
            )
    return None
