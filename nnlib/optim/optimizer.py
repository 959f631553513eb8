"""What all optimizers share: the loop over the parameters, weight decay, and saving the state."""

import math

import numpy as np

from nnlib.nn.module import Parameter

TINY = 1e-30  # far below any step that matters, far above the slow subnormal floats


class Optimizer:
    """Loops over the parameters; a subclass says in update() how one of them moves.

    Raises ValueError for lr <= 0, weight_decay < 0, or no parameters; TypeError for others.
    """

    fused = False  # step() takes fused_update() in place of update()
    slots = ()  # names of the arrays, shaped as the parameter, that update() gets and keeps

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
        self.counts = [0] * len(self.params)  # steps of each parameter: those with a gradient
        self.state = [tuple(np.zeros_like(p.data) for _ in self.slots) for p in self.params]

    def zero_grad(self):
        """Forget the gradients; call it before each backward pass."""
        for p in self.params:
            p.zero_grad()

    def step(self):
        """Move every parameter that has a gradient."""
        self.steps += 1
        update = self.fused_update if self.fused else self.update
        for i, p in enumerate(self.params):
            if p.grad is None:
                continue
            self.counts[i] += 1
            grad = self.decay(p) if self.weight_decay else p.grad
            update(p.data, grad, self.counts[i], *self.state[i])
            p.grad_used = True
        if self.steps % 100 == 0:
            for array in (array for arrays in self.state for array in arrays):
                array *= np.abs(array) > TINY  # subnormal numbers make each pass 10x slower

    def decay(self, p):
        """The gradient with weight decay λ, that of L + λ/2 Σp²: g + λ p."""
        return p.grad + self.weight_decay * p.data

    def update(self, p, g, t):
        """Move the array p in place by its gradient g in its step t = 1, 2, ...; also its slots."""
        raise NotImplementedError(f"{type(self).__name__} has no update() yet. Define it.")

    def state_dict(self):
        """Everything that continuing needs, flat: name -> number or copy of an array."""
        state = {"lr": self.lr, "weight_decay": self.weight_decay, "steps": self.steps}
        for i, (count, arrays) in enumerate(zip(self.counts, self.state, strict=True)):
            state[f"state.{i}.step"] = count
            for name, array in zip(self.slots, arrays, strict=True):
                state[f"state.{i}.{name}"] = array.copy()
        return state

    def load_state_dict(self, state):
        """Take over what state_dict() gave; ValueError, before anything changes, if it cannot fit.

        It fits an optimizer of the same class and options over parameters of the same shapes.
        """
        own, state = self.state_dict(), {name: np.asarray(v) for name, v in state.items()}
        if own.keys() != state.keys():
            raise ValueError(
                f"load_state_dict misses {sorted(own.keys() - state.keys())} and does not know "
                f"{sorted(state.keys() - own.keys())}. Make the optimizer as the saved one."
            )
        for name, value in state.items():
            if np.shape(own[name]) != value.shape:
                raise ValueError(
                    f"load_state_dict expected {name} of shape {np.shape(own[name])}, "
                    f"got {value.shape}. Make the optimizer for the network that was saved."
                )
        self.lr, self.weight_decay = float(state["lr"]), float(state["weight_decay"])
        self.steps = int(state["steps"])
        for i, arrays in enumerate(self.state):
            self.counts[i] = int(state[f"state.{i}.step"])
            for name, array in zip(self.slots, arrays, strict=True):
                array[...] = state[f"state.{i}.{name}"]
