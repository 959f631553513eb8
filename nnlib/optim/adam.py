"""Adam and AdamW, each as a formula and, beside it, fused: the same numbers, and faster."""

import math

import numpy as np

from nnlib.expect import called, flag, number, setting
from nnlib.optim.optimizer import Optimizer


def _two_betas(betas):
    if not isinstance(betas, (tuple, list)) or len(betas) != 2:
        raise TypeError(f"betas expected two numbers, got {called(betas)}. Try (0.9, 0.999).")
    return tuple(number(beta, "each of betas", least=0, below=1) for beta in betas)


class Adam(Optimizer):
    """m ← β1 m + (1-β1) g;  v ← β2 v + (1-β2) g²;  p ← p - lr m̂ / (√v̂ + eps).

    m̂ = m / (1 - β1ᵗ) and v̂ = v / (1 - β2ᵗ) at step t undo the start at zero.
    weight_decay λ adds λ p to g first. fused=False takes update(), the formula; otherwise
    fused_update() runs, which gives the same in less time. Kingma & Ba, 2015.
    """

    slots = ("exp_avg", "exp_avg_sq")
    moved = ("betas", "units")
    betas = setting("betas", _two_betas)
    units = setting("units", lambda units: tuple(number(u, "units", above=0) for u in units))

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, *, fused=None
    ):
        self.betas = betas
        self.eps = number(eps, "eps", above=0)
        super().__init__(params, lr, weight_decay)
        # a subclass with an update() of its own means that one
        formula = type(self).update is Adam.update
        self.fused = formula if fused is None else flag(fused, "fused")
        self.units = (1, 1)  # what m and v are kept divided by
        self.work = {}

    def update(self, p, g, t, m, v):
        beta1, beta2 = self.betas
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        p -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)

    def fused_update(self, p, g, t, m, v):
        """The same as update(), in place, without one array that is new.

        m and v are kept divided by 1-β, which saves two passes over memory; `root` and `lr` put
        these factors and the corrections back, as Python floats.
        """
        beta1, beta2 = self.betas
        root = math.sqrt((1 - beta2) / (1 - beta2**t))
        lr, eps = self.lr * (1 - beta1) / (1 - beta1**t) / root, self.eps / root
        work = self.work.get(p.shape)
        if work is None or work.dtype != p.dtype:
            work = self.work[p.shape] = np.empty_like(p)
        m *= beta1
        m += g
        v *= beta2
        v += np.multiply(g, g, out=work)
        np.sqrt(v, out=work)
        work += eps
        np.divide(m, work, out=work)
        work *= lr
        p -= work

    def step(self):
        beta1, beta2 = self.betas
        self._divide_state_by(*((1 - beta1, 1 - beta2) if self.fused else (1, 1)))
        super().step()

    def _divide_state_by(self, *units):
        """Keep m and v divided by these two numbers, whatever they were divided by before."""
        if units != self.units:
            for m, v in self.state:
                m *= self.units[0] / units[0]
                v *= self.units[1] / units[1]
            self.units = units


class AdamW(Adam):
    """Adam, with weight decay on the parameters themselves: p ← (1 - lr λ) p before each step.

    So λ shrinks all parameters alike, where Adam divides λ p by the size of the gradients.
    Loshchilov & Hutter, 2019.
    """

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, *, fused=None
    ):
        super().__init__(params, lr, betas, eps, weight_decay, fused=fused)

    def decay(self, p):
        p.data *= 1 - self.lr * self.weight_decay
        return p.grad
