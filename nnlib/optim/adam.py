"""Adam and AdamW, each as a formula and, beside it, fused: the same numbers, and faster."""

import math

import numpy as np

from nnlib.expect import called, number
from nnlib.optim.optimizer import Optimizer

BLOCK = 32_768  # numbers: what a fused update works on at a time stays in the processor's cache


class Adam(Optimizer):
    """m ← β1 m + (1-β1) g;  v ← β2 v + (1-β2) g²;  p ← p - lr m̂ / (√v̂ + eps).

    m̂ = m / (1 - β1ᵗ) and v̂ = v / (1 - β2ᵗ) at step t undo the start at zero.
    weight_decay λ adds λ p to g first. fused=False takes update(), the formula; otherwise
    fused_update() runs, which gives the same in less time. Kingma & Ba, 2015.
    """

    slots = ("exp_avg", "exp_avg_sq")

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, *, fused=None
    ):
        if not isinstance(betas, (tuple, list)) or len(betas) != 2:
            raise TypeError(f"betas expected two numbers, got {called(betas)}. Try (0.9, 0.999).")
        self.betas = tuple(number(beta, "each of betas", least=0, below=1) for beta in betas)
        self.eps = number(eps, "eps", above=0)
        super().__init__(params, lr, weight_decay)
        # a subclass with an update() of its own means that one
        self.fused = type(self).update is Adam.update if fused is None else fused
        self.work = {p.data.dtype: np.empty(BLOCK, p.data.dtype) for p in self.params}

    def update(self, p, g, t, m, v):
        beta1, beta2 = self.betas
        m[...] = beta1 * m + (1 - beta1) * g
        v[...] = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        p -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)

    def fused_update(self, p, g, t, m, v):
        """The same as update(): block by block, in place, with t's corrections in two numbers."""
        beta1, beta2 = self.betas
        root = math.sqrt(1 - beta2**t)  # Python floats: one np.float64 would make a pass float64
        lr, eps = self.lr * root / (1 - beta1**t), self.eps * root
        p, g, m, v = (array.reshape(-1) for array in (p, g, m, v))
        for start in range(0, p.size, BLOCK):
            part = slice(start, start + BLOCK)
            p_, g_, m_, v_ = p[part], g[part], m[part], v[part]
            work = self.work[p.dtype][: p_.size]
            m_ *= beta1
            m_ += np.multiply(g_, 1 - beta1, out=work)
            v_ *= beta2
            np.multiply(g_, g_, out=work)
            work *= 1 - beta2
            v_ += work
            np.sqrt(v_, out=work)
            work += eps
            np.divide(m_, work, out=work)
            work *= lr
            p_ -= work


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
