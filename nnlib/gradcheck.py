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
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + eps
        above = _one_number(f(x))
        x[i] = kept - eps
        below = _one_number(f(x))
        x[i] = kept
        gradient[i] = (above - below) / (2 * eps)
    return gradient


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
    before = generator.bit_generator.state
    try:
        for shift in range(4):
            corner = _compare_all(module, x, target, eps, atol, rtol)
            if corner is None:
                return True
            if shift == 0:
                warnings.warn(f"{corner} Checked beside it.", stacklevel=2)
            draw = np.random.default_rng(shift)
            x = x + draw.uniform(-BESIDE, BESIDE, x.shape)
            for p in module.parameters():
                p.data = p.data + draw.uniform(-BESIDE, BESIDE, p.shape)
    finally:
        generator.bit_generator.state = before
    raise AssertionError(f"{corner} Beside it were corners too. Choose another x.")


def _compare_all(module, x, target, eps, atol, rtol):
    """None when all gradients agree, or a sentence when one differs where x lies on a corner."""
    before = generator.bit_generator.state  # put back each time: dropout draws the same mask
    is_loss = isinstance(module, Loss)

    def run(value):
        generator.bit_generator.state = before
        return module(value, target) if is_loss else module.forward(value)

    y = run(x)
    weights = 1.0 if is_loss else np.random.default_rng(0).normal(size=np.shape(y))
    module.zero_grad()
    dx = module.backward() if is_loss else module.backward(weights)
    checks = {"input": (dx, x, lambda value: float(np.sum(run(value) * weights)))}
    for name, p in module.named_parameters():
        checks[name] = (p.grad, p.data, _of_parameter(p, lambda: float(np.sum(run(x) * weights))))
    for name, (gradient, at, f) in checks.items():
        measured = numerical_gradient(f, at, eps)
        corner = _compare(type(module).__name__, name, gradient, measured, f, at, eps, atol, rtol)
        if corner is not None:
            return corner
    return None


def _of_parameter(p, f):
    """f as a function of the array of p."""

    def at(value):
        kept, p.data = p.data, value
        try:
            return f()
        finally:
            p.data = kept

    return at


def _compare(module, name, gradient, measured, f, at, eps, atol, rtol):
    if gradient is None or np.shape(gradient) != measured.shape:
        got = "no gradient" if gradient is None else f"shape {np.shape(gradient)}"
        raise AssertionError(
            f"{module}: the gradient of {name} should have shape {measured.shape}, got {got}. "
            "Return dL/dx from backward(), and accumulate() into every parameter."
        )
    wrong = ~np.isclose(gradient, measured, rtol=rtol, atol=atol)
    if not wrong.any():
        return None
    places = [tuple(int(k) for k in place) for place in np.argwhere(wrong)]
    slopes = [_slopes(f, at, place, eps) for place in places]
    for i, (left, right) in zip(places, slopes, strict=True):
        if abs(right - left) <= 1e-3 * (abs(left) + abs(right)) + 1e-5:
            raise AssertionError(
                f"{module}: the gradient of {name} differs in {wrong.sum()} of {wrong.size} "
                f"entries. First at {i}: backward() says {gradient[i]:.6g}, measured is "
                f"{measured[i]:.6g}. Check the derivative, and the sums over the batch."
            )
    left, right = slopes[0]
    return (
        f"{module}: {name} lies on a corner at {places[0]}: the slope is {left:.6g} on one side "
        f"and {right:.6g} on the other, so backward() may say either ({gradient[places[0]]:.6g})."
    )


def _slopes(f, at, i, eps):
    """The slopes of f to the left and to the right of `at`, along entry i."""
    x = np.array(at, np.float64)
    here = f(x)
    x[i] = at[i] - eps
    left = (here - f(x)) / eps
    x[i] = at[i] + eps
    return left, (f(x) - here) / eps
