"""Learning rates that change during training: each sets optimizer.lr, again in every step()."""

import copy
import math
import warnings

from nnlib.expect import called, flag, number, whole
from nnlib.nn.module import fitting
from nnlib.optim.optimizer import Optimizer


class LRScheduler:
    """Sets optimizer.lr to rate(0), and after k calls of step() to rate(k)."""

    def __init__(self, optimizer):
        if not isinstance(optimizer, Optimizer):
            name = type(self).__name__
            raise TypeError(f"{name} expected an optimizer, as optim.SGD, got {called(optimizer)}.")
        self.optimizer, self.base_lr = optimizer, optimizer.lr
        self.go_to(0)

    def rate(self, k):
        """The learning rate after k steps."""
        raise NotImplementedError(f"{type(self).__name__} has no rate(k) yet. Define it.")

    def go_to(self, k):
        """Set the learning rate that is due after k steps."""
        self.optimizer.lr = self.lr = self.rate(k)  # self.lr tells step() if somebody else set it
        self.last_epoch = k

    def step(self):
        """Go on by one; call it after optimizer.step(), or once an epoch if so planned."""
        before, lr, name = self.lr, self.optimizer.lr, type(self).__name__
        self.go_to(self.last_epoch + 1)
        if lr != before:
            warnings.warn(
                f"optimizer.lr was {before:g}, and was then set to {lr:g} by hand or by another "
                f"scheduler: {name} overwrites it with {self.lr:g}. Let one alone set it.",
                stacklevel=2,
            )

    def get_last_lr(self):
        """The learning rate in force, in a list, as in PyTorch."""
        return [self.optimizer.lr]

    def state_dict(self):
        """What continuing needs, by name."""
        return {"last_epoch": self.last_epoch, "base_lr": self.base_lr}

    def load_state_dict(self, state):
        """Take over what state_dict() gave, and set the learning rate to match."""
        state = fitting(self.state_dict(), state, "Make the scheduler as the saved one was made.")
        last_epoch = whole(state["last_epoch"].item(), "last_epoch", 0)
        for taker in (copy.copy(self), self):  # the copy raises what there is to raise
            taker.base_lr = number(state["base_lr"].item(), "base_lr", 0)
            taker.rate(last_epoch)
        self.go_to(last_epoch)


class StepLR(LRScheduler):
    """lr = base · gamma^(k // step_size): times gamma after every step_size steps."""

    def __init__(self, optimizer, step_size, gamma=0.1):
        self.step_size = whole(step_size, "StepLR(step_size)")
        self.gamma = number(gamma, "StepLR(gamma)", above=0)
        super().__init__(optimizer)

    def rate(self, k):
        return self.base_lr * self.gamma ** (k // self.step_size)


class CosineAnnealingLR(LRScheduler):
    """lr = eta_min + (base - eta_min) (1 + cos(π k / T_max)) / 2: down to eta_min in T_max steps.

    After T_max it rises again, as in PyTorch. Loshchilov & Hutter, 2017.
    """

    def __init__(self, optimizer, T_max, eta_min=0.0):
        self.T_max = whole(T_max, "CosineAnnealingLR(T_max)")
        self.eta_min = number(eta_min, "CosineAnnealingLR(eta_min)", least=0)
        super().__init__(optimizer)

    def rate(self, k):
        return half_cosine(self.base_lr, self.eta_min, k / self.T_max)


class OneCycleLR(LRScheduler):
    """Up from max_lr / div_factor to max_lr on a half cosine, then down to almost 0.

    pct_start: the part of total_steps that goes up. The last rate is the first one divided by
    final_div_factor. cycle_momentum moves the momentum (Adam's β1) the other way, from
    max_momentum to base_momentum and back. Call step() after each batch. Smith & Topin, 2018.
    Raises ValueError for a max_lr or total_steps that cannot be, and for a step past the end.
    """

    def __init__(
        self,
        optimizer,
        max_lr,
        total_steps=None,
        epochs=None,
        steps_per_epoch=None,
        pct_start=0.3,
        *,
        cycle_momentum=True,
        base_momentum=0.85,
        max_momentum=0.95,
        div_factor=25.0,
        final_div_factor=1e4,
    ):
        if total_steps is None and epochs is not None and steps_per_epoch is not None:
            epochs = whole(epochs, "OneCycleLR(epochs)")
            total_steps = epochs * whole(steps_per_epoch, "OneCycleLR(steps_per_epoch)")
        hint = "Pass total_steps=max_epochs * len(loader)."
        self.total_steps = whole(total_steps, "OneCycleLR(total_steps)", 2, hint)
        self.max_lr = number(max_lr, "OneCycleLR(max_lr)", above=0, hint="Try 0.01.")
        self.pct_start = number(pct_start, "OneCycleLR(pct_start)", least=0, most=1)
        self.first_lr = self.max_lr / number(div_factor, "OneCycleLR(div_factor)", above=0)
        self.last_lr = self.first_lr / number(final_div_factor, "final_div_factor", above=0)
        self.cycle_momentum = flag(cycle_momentum, "cycle_momentum")
        self.base_momentum = number(base_momentum, "base_momentum", least=0, below=1)
        self.max_momentum = number(max_momentum, "max_momentum", least=0, below=1)
        has_momentum = hasattr(optimizer, "betas") or getattr(optimizer, "momentum", 0)
        if cycle_momentum and isinstance(optimizer, Optimizer) and not has_momentum:
            raise ValueError(
                f"This {type(optimizer).__name__} has no momentum: pass cycle_momentum=False."
            )
        super().__init__(optimizer)

    def between(self, first, peak, last, k):
        """first to peak to last, where step k is: each way on a half cosine."""
        top = self.pct_start * self.total_steps - 1
        if k <= top:
            return half_cosine(first, peak, k / top if top else 1.0)
        way = self.total_steps - 1 - top
        return half_cosine(peak, last, (k - top) / way if way else 1.0)

    def rate(self, k):
        if k > self.total_steps:
            raise ValueError(
                f"OneCycleLR was made for {self.total_steps} steps, and they have all been taken. "
                "Make a new one, with total_steps=max_epochs * len(loader)."
            )
        return self.between(self.first_lr, self.max_lr, self.last_lr, k)

    def go_to(self, k):
        super().go_to(k)
        if self.cycle_momentum:
            most = self.max_momentum
            momentum = self.between(most, self.base_momentum, most, k)
            if hasattr(self.optimizer, "betas"):
                self.optimizer.betas = (momentum, self.optimizer.betas[1])
            else:
                self.optimizer.momentum = momentum


def half_cosine(first, last, done):
    """From first (done = 0) to last (done = 1): fast in the middle, slow at both ends."""
    return last + (first - last) * (1 + math.cos(math.pi * done)) / 2
