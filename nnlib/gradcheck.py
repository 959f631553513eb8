"""Is a backward() right? Compare it with the slope that finite differences measure."""

import copy

import numpy as np

from nnlib.nn.loss import Loss
from nnlib.random import generator


def numerical_gradient(f, x, eps=1e-6):
    """df/dx by central differences: (f(x + eps) - f(x - eps)) / (2 eps), one entry at a time.

    f: a function from an array of x's shape to a float. Returns an array of x's shape, float64.
    """
    x = np.array(x, np.float64)
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        kept = x[i]
        x[i] = kept + eps
        above = f(x)
        x[i] = kept - eps
        below = f(x)
        x[i] = kept
        gradient[i] = (above - below) / (2 * eps)
    return gradient


def gradcheck(module, x, target=None, eps=1e-6, atol=1e-6, rtol=1e-4):
    """True when backward() agrees with finite differences for the input and every parameter.

    x: an input of a shape that the module takes. Works in float64 on a copy; the module and its
    parameters stay as they are. A layer is checked on Σ y w with fixed random w, a loss on its
    own value, with `target`.
    Raises AssertionError that names the first gradient that differs, and where.
    """
    module = copy.deepcopy(module).to(np.float64)
    x = np.array(x, np.float64)
    before = generator.bit_generator.state  # put back each time: dropout draws the same mask

    def run(value):
        generator.bit_generator.state = before
        return module(value, target) if isinstance(module, Loss) else module(value)

    try:
        y = run(x)
        weights = np.random.default_rng(0).normal(size=np.shape(y))
        module.zero_grad()
        dx = module.backward() if isinstance(module, Loss) else module.backward(weights)
        analytic = {"input": dx, **{n: p.grad for n, p in module.named_parameters()}}
        scale = 1.0 if isinstance(module, Loss) else weights

        for name, gradient in analytic.items():
            if name == "input":
                measured = numerical_gradient(lambda v: float(np.sum(run(v) * scale)), x, eps)
            else:
                p = dict(module.named_parameters())[name]
                measured = _parameter_gradient(p, lambda: float(np.sum(run(x) * scale)), eps)
            _compare(type(module).__name__, name, gradient, measured, atol, rtol)
    finally:
        generator.bit_generator.state = before
    return True


def _parameter_gradient(p, f, eps):
    kept = p.data

    def at(value):
        p.data = value
        return f()

    try:
        return numerical_gradient(at, kept, eps)
    finally:
        p.data = kept


def _compare(module, name, gradient, measured, atol, rtol):
    if gradient is None or gradient.shape != measured.shape:
        got = "no gradient" if gradient is None else f"shape {gradient.shape}"
        raise AssertionError(
            f"{module}: the gradient of {name} should have shape {measured.shape}, got {got}. "
            "Return dL/dx from backward(), and accumulate() into every parameter."
        )
    wrong = ~np.isclose(gradient, measured, rtol=rtol, atol=atol)
    if wrong.any():
        i = tuple(int(k) for k in np.argwhere(wrong)[0])
        raise AssertionError(
            f"{module}: the gradient of {name} differs in {wrong.sum()} of {wrong.size} entries. "
            f"First at {i}: backward() says {gradient[i]:.6g}, measured is {measured[i]:.6g}. "
            "Check the derivative, and the sums over the batch."
        )
