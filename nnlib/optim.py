"""Optimizers: the simplest first. Each changes p.data in place by p.grad.

Names, defaults and meanings are those of torch.optim.
"""

import math

import numpy as np

from nnlib.nn.module import Parameter

TINY = 1e-30  # far below any step that matters, far above the slow subnormal floats


class Optimizer:
    """Loops over the parameters; a subclass says in update() what one of them gets.

    Raises ValueError for lr <= 0, weight_decay < 0, or no parameters; TypeError for others.
    """

    slots = 0  # how many arrays of state, shaped as the parameter, update() receives

    def __init__(self, params, lr, weight_decay=0):
        self.params = list(params)
        if not self.params:
            raise ValueError("The optimizer got no parameters. Pass model.parameters().")
        for p in self.params:
            if not isinstance(p, Parameter):
                raise TypeError(
                    f"The optimizer expected parameters, got {type(p).__name__}. "
                    "Pass model.parameters()."
                )
        if not 0 < lr < math.inf:
            raise ValueError(f"lr expected a learning rate above 0, got {lr}. Try 0.1 or 0.001.")
        if not 0 <= weight_decay < math.inf:
            raise ValueError(f"weight_decay expected 0 or more, got {weight_decay}.")
        self.lr, self.weight_decay = lr, weight_decay
        self.steps = 0
        self.state = [tuple(np.zeros_like(p.data) for _ in range(self.slots)) for p in self.params]

    def zero_grad(self):
        """Forget the gradients; call it before each backward pass."""
        for p in self.params:
            p.zero_grad()

    def step(self):
        """Move every parameter that has a gradient."""
        self.steps += 1
        for p, state in zip(self.params, self.state, strict=True):
            if p.grad is None:
                continue
            grad = p.grad + self.weight_decay * p.data if self.weight_decay else p.grad
            self.update(p.data, grad, *state)
            p.grad_used = True
            if self.steps % 100 == 0:
                for array in state:  # averages that fade to subnormals make each pass 10x slower
                    array *= np.abs(array) > TINY

    def update(self, data, grad):
        raise NotImplementedError


class SGD(Optimizer):
    """p ← p - lr g; with momentum μ: b ← μ b + g, p ← p - lr b.

    weight_decay λ adds λ p to g first. As torch.optim.SGD (dampening 0, no Nesterov).
    """

    def __init__(self, params, lr=1e-3, momentum=0, *, weight_decay=0):
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum expected 0 <= momentum < 1, got {momentum}.")
        self.momentum = momentum
        self.slots = 1 if momentum else 0
        super().__init__(params, lr, weight_decay)

    def update(self, data, grad, velocity=None):
        if velocity is not None:
            velocity *= self.momentum
            velocity += grad
            grad = velocity
        data -= self.lr * grad


class RMSprop(Optimizer):
    """v ← α v + (1 - α) g²;  p ← p - lr g / (√v + eps). Hinton, 2012.

    weight_decay λ adds λ p to g first.
    """

    slots = 1

    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0):
        if not 0 <= alpha < 1:
            raise ValueError(f"alpha expected 0 <= alpha < 1, got {alpha}.")
        self.alpha, self.eps = alpha, eps
        super().__init__(params, lr, weight_decay)

    def update(self, data, grad, v):
        v *= self.alpha
        v += (1 - self.alpha) * grad * grad
        data -= self.lr * grad / (np.sqrt(v) + self.eps)


class Adam(Optimizer):
    """m ← β1 m + (1-β1) g;  v ← β2 v + (1-β2) g²;  p ← p - lr m̂ / (√v̂ + eps).

    m̂ = m / (1 - β1ᵗ) and v̂ = v / (1 - β2ᵗ) at step t undo the start at zero.
    weight_decay λ adds λ p to g first. Kingma & Ba, 2015.
    """

    slots = 3

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0):
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas expected two numbers 0 <= beta < 1, got {betas}.")
        self.betas, self.eps = betas, eps
        super().__init__(params, lr, weight_decay)

    def update(self, data, grad, m, v, work):
        # m and v are kept divided by 1-β, which saves two passes over memory; `size` and `lr`
        # put the factors back, as Python floats: one np.float64 would make a whole pass float64
        beta1, beta2 = self.betas
        size = math.sqrt((1 - beta2) / (1 - beta2**self.steps))
        lr = self.lr * (1 - beta1) / (1 - beta1**self.steps) / size
        m *= beta1
        m += grad
        v *= beta2
        v += np.multiply(grad, grad, out=work)
        np.sqrt(v, out=work)
        work += self.eps / size
        np.divide(m, work, out=work)
        work *= lr
        data -= work


def clip_grad_norm_(parameters, max_norm):
    """Scale all gradients together so that their norm is at most max_norm; returns the old norm.

    The norm is that of all gradients as one vector. Raises ValueError for max_norm <= 0.
    """
    if not max_norm > 0:
        raise ValueError(f"clip_grad_norm_ expected max_norm above 0, got {max_norm}.")
    params = [p for p in parameters if p.grad is not None]
    norm = math.sqrt(sum(float(np.vdot(p.grad, p.grad)) for p in params))
    scale = max_norm / (norm + 1e-6)
    if scale < 1:
        for p in params:
            p.grad = p.grad * scale
    return norm
