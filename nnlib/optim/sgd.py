"""Stochastic gradient descent, with momentum."""

from operator import attrgetter

from nnlib.expect import flag, number
from nnlib.optim.optimizer import Optimizer


class SGD(Optimizer):
    """p ← p - lr g; with momentum μ: b ← μ b + g, p ← p - lr b.

    nesterov looks one step ahead: p ← p - lr (g + μ b). weight_decay λ adds λ p to g first.
    As torch.optim.SGD with dampening 0. Raises ValueError for nesterov without momentum.
    """

    moved = ("momentum",)

    def __init__(self, params, lr=1e-3, momentum=0, *, weight_decay=0, nesterov=False):
        self.slots = ("momentum_buffer",)
        self.momentum = momentum
        if flag(nesterov, "nesterov") and not momentum:
            raise ValueError("nesterov expected a momentum above 0, got 0. Try momentum=0.9.")
        self.nesterov = nesterov
        self.slots = self.slots if momentum else ()
        super().__init__(params, lr, weight_decay)

    def _set_momentum(self, momentum):
        self._momentum = number(momentum, "momentum", least=0, below=1)
        if momentum and not self.slots:
            hint = "Make a new one: optim.SGD(model.parameters(), lr=0.01, momentum=0.9)."
            raise ValueError(f"This SGD, made without momentum, keeps no velocities. {hint}")

    momentum = property(attrgetter("_momentum"), _set_momentum)

    def update(self, p, g, t, b=None):
        if b is not None:
            b *= self.momentum
            b += g
            g = g + self.momentum * b if self.nesterov else b
        p -= self.lr * g
