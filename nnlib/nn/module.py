"""Parameter, an array that learns, and Module, the base of every layer and network."""

import warnings

import numpy as np


class Parameter:
    """An array `data` and the gradient `grad` of the loss with respect to it, of the same shape.

    `grad` is None until the first backward pass after zero_grad().
    """

    def __init__(self, data, dtype=np.float32):
        self.data = np.array(data, dtype=dtype)
        self.grad, self.grad_used = None, False

    def accumulate(self, grad):
        """Add to the gradient; the first one after zero_grad() is stored, which saves a pass."""
        if self.grad is None:
            self.grad = grad
            return
        if self.grad_used:
            warnings.warn(
                "This gradient adds to one that optimizer.step() has already used. "
                "Call optimizer.zero_grad() before each backward pass.",
                stacklevel=3,
            )
            self.grad_used = False
        self.grad = self.grad + grad

    def zero_grad(self):
        self.grad, self.grad_used = None, False

    @property
    def shape(self):
        return self.data.shape

    def __repr__(self):
        return f"Parameter(shape={self.shape}, dtype={self.data.dtype})"


class Module:
    """The base of layers and networks: forward(x) computes, backward(dy) sends the gradient back.

    backward(dy) takes dL/dy, adds dL/dp to every parameter's grad, and returns dL/dx.
    Parameters and modules that are attributes are found by parameters() and state_dict().
    """

    training = True
    buffers = ()  # names of arrays that are saved but not trained, such as a running mean
    skips_input_grad = False  # True where backward(dy, input_grad=False) may leave out dL/dx
    saved = None  # what forward() keeps for backward()
    awaits_backward = False  # a Sequential is between a forward and a backward pass

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        raise NotImplementedError(f"{type(self).__name__} has no forward(x) yet. Define it.")

    def backward(self, dy):
        raise NotImplementedError(f"{type(self).__name__} has no backward(dy) yet. Define it.")

    def recall(self):
        """What forward() kept in `saved`; RuntimeError when there was no forward()."""
        if self.saved is None:
            raise RuntimeError(
                f"{type(self).__name__}.backward() came before forward(). "
                "Call the network on a batch first, then the loss, then backward()."
            )
        return self.saved

    def named_children(self):
        """Pairs of name and module directly inside this one."""
        return [(name, value) for name, value in vars(self).items() if isinstance(value, Module)]

    def modules(self):
        """This module and all inside it, depth first."""
        return [self, *(m for _, child in self.named_children() for m in child.modules())]

    def named_parameters(self, prefix=""):
        """Pairs such as ("0.weight", Parameter), named as in PyTorch."""
        own = [(prefix + n, p) for n, p in vars(self).items() if isinstance(p, Parameter)]
        for name, child in self.named_children():
            own += child.named_parameters(f"{prefix}{name}.")
        return own

    def parameters(self):
        return [p for _, p in self.named_parameters()]

    def zero_grad(self):
        for p in self.parameters():
            p.zero_grad()

    def train(self, mode=True):
        """Switch dropout and batch normalisation to training, or back; returns the module."""
        for module in self.modules():
            module.training, module.awaits_backward = mode, False
        return self

    def eval(self):
        """Switch to prediction: no dropout, and batch normalisation by its running averages."""
        return self.train(False)

    def to(self, dtype):
        """Convert parameters and buffers; do it before making an optimizer."""
        for module in self.modules():
            for value in vars(module).values():
                if isinstance(value, Parameter):
                    value.data = value.data.astype(dtype)
            for name in module.buffers:
                if getattr(module, name).dtype.kind == "f":
                    setattr(module, name, getattr(module, name).astype(dtype))
        return self

    def _state(self, prefix=""):
        own = {prefix + n: p.data for n, p in vars(self).items() if isinstance(p, Parameter)}
        own |= {prefix + n: getattr(self, n) for n in self.buffers}
        for name, child in self.named_children():
            own |= child._state(f"{prefix}{name}.")
        return own

    def state_dict(self):
        """Copies of all parameters and buffers by name: goes to torch.nn's twin and back."""
        return {name: array.copy() for name, array in self._state().items()}

    def load_state_dict(self, state):
        """Copy `state` into the parameters and buffers, in place.

        Raises ValueError, before anything changes, when a name or a shape does not fit.
        """
        own, state = self._state(), {name: np.asarray(a) for name, a in state.items()}
        if own.keys() != state.keys():
            raise ValueError(
                f"load_state_dict misses {sorted(own.keys() - state.keys())} and does not know "
                f"{sorted(state.keys() - own.keys())}. Build the network that was saved."
            )
        for name, array in state.items():
            if own[name].shape != array.shape:
                raise ValueError(
                    f"load_state_dict expected {name} of shape {own[name].shape}, "
                    f"got {array.shape}. Build the network that was saved."
                )
        for name, array in state.items():
            own[name][...] = array

    def __repr__(self):
        lines = [f"\n({n}): {c!r}".replace("\n", "\n  ") for n, c in self.named_children()]
        return f"{type(self).__name__}({''.join(lines)}" + ("\n)" if lines else ")")
