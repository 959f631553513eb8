"""RMSprop."""

import numpy as np

from nnlib.expect import number, setting
from nnlib.optim.optimizer import Optimizer


class RMSprop(Optimizer):
    """v ← α v + (1 - α) g²;  p ← p - lr g / (√v + eps). Hinton, 2012.

    weight_decay λ adds λ p to g first.
    """

    slots = ("square_avg",)
    alpha = setting("alpha", lambda alpha: number(alpha, "alpha", least=0, below=1))
    eps = setting("eps", lambda eps: number(eps, "eps", above=0))

    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0):
        self.alpha, self.eps = alpha, eps
        super().__init__(params, lr, weight_decay)

    def update(self, p, g, t, v):
        v *= self.alpha
        v += (1 - self.alpha) * g**2
        p -= self.lr * g / (np.sqrt(v) + self.eps)
