"""What all optimizers share: the loop over the parameters, weight decay, and saving the state."""

import copy
import warnings

import numpy as np

from nnlib.expect import number, setting, whole
from nnlib.nn.module import AGAIN, fitting, parameter_list

TINY = 1e-30  # far below any step that matters, far above the slow subnormal floats


class Optimizer:
    """Loops over the parameters; a subclass says in update() how one of them moves.

    Raises ValueError for lr <= 0, weight_decay < 0, or no parameters; TypeError for others.
    """

    fused = False  # step() takes fused_update() in place of update()
    slots = ()  # names of the arrays, shaped as the parameter, that update() gets and keeps
    moved = ()  # names of numbers, beside lr, that change on the way: they are saved too
    lr = setting("lr", lambda v: number(v, "lr, the learning rate,", 0, hint="Try 0.1 or 0.001."))
    weight_decay = setting("weight_decay", lambda v: number(v, "weight_decay", 0, hint="Try 0.01."))

    def _other_name(self, value=None):
        raise AttributeError("The learning rate of an optimizer is .lr: optimizer.lr = 0.01.")

    learning_rate = property(_other_name, _other_name)  # set under this name, it would do nothing

    def __init__(self, params, lr, weight_decay=0):
        self.params = parameter_list(params, "The optimizer")
        if not self.params:
            raise ValueError("The optimizer got no parameters. Pass model.parameters().")
        number(lr, "lr, the learning rate,", above=0, hint="Try 0.1 or 0.001.")
        self.lr, self.weight_decay = lr, weight_decay
        self.steps = 0
        self.counts = [0] * len(self.params)  # steps of each parameter: those with a gradient
        self.state = [tuple(np.zeros_like(p.data) for _ in self.slots) for p in self.params]

    def zero_grad(self):
        """Forget the gradients; call it before each backward pass."""
        for p in self.params:
            p.zero_grad()

    def step(self):
        """Move every parameter that has a gradient; warns when none of them has one."""
        self.steps += 1
        moved, again, decays = False, False, self.weight_decay > 0
        counts, state = self.counts, self.state
        update = self.fused_update if self.fused else self.update
        for i, p in enumerate(self.params):
            grad = p.grad
            if grad is None:
                continue
            counts[i] += 1
            if decays:
                grad = self.decay(p)
            update(p.data, grad, counts[i], *state[i])
            if p.grad_used is AGAIN:
                again = True
            p.grad_used = moved = True
        if again:
            says = "This gradient adds to one that optimizer.step() has already used."
            hint = "Call optimizer.zero_grad() before each backward pass."
            warnings.warn(f"{says} {hint}", stacklevel=2)
        if not moved:
            says = "optimizer.step() found no gradient, and moved nothing. Call model.backward()"
            hint = "before it, and make the optimizer from the parameters of this same model."
            warnings.warn(f"{says} {hint}", stacklevel=2)
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
        state |= {name: np.array(getattr(self, name)) for name in self.moved}
        for i, (count, arrays) in enumerate(zip(self.counts, self.state, strict=True)):
            state[f"state.{i}.step"] = count
            for name, array in zip(self.slots, arrays, strict=True):
                state[f"state.{i}.{name}"] = array.copy()
        return state

    def load_state_dict(self, state):
        """Take over what state_dict() gave; ValueError, before anything changes, if it cannot fit.

        It fits an optimizer of the same class and options over parameters of the same shapes.
        """
        state = fitting(self.state_dict(), state, "Make the optimizer as the saved one was made.")
        counts = [state[f"state.{i}.step"].item() for i in range(len(self.params))]
        for taker in (copy.copy(self), self):  # the copy raises what there is to raise
            taker.lr, taker.weight_decay = state["lr"].item(), state["weight_decay"].item()
            taker.steps = whole(state["steps"].item(), "steps", 0)
            taker.counts = [whole(count, "state.i.step", 0) for count in counts]
            for name in self.moved:
                value = state[name].tolist()
                setattr(taker, name, tuple(value) if isinstance(value, list) else value)
        for i, arrays in enumerate(self.state):
            for name, array in zip(self.slots, arrays, strict=True):
                array[...] = state[f"state.{i}.{name}"]
