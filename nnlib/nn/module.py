"""Parameter, an array that learns, and Module, the base of every layer and network."""

import functools
import inspect
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

    def numel(self):
        """How many numbers it holds."""
        return self.data.size

    def __repr__(self):
        return f"Parameter(shape={self.shape}, dtype={self.data.dtype})"


class Module:
    """The base of layers and networks: forward(x) computes, backward(dy) sends the gradient back.

    backward(dy, input_grad=True) takes dL/dy, adds dL/dp to every parameter's grad, and returns
    dL/dx, which it may leave out where input_grad is False: data needs no gradient.
    Parameters and modules that are attributes are found by parameters() and state_dict().
    """

    saved = None  # what forward() keeps for backward()

    def __init__(self):
        self.training = True
        self.buffer_names = []

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        backward = vars(cls).get("backward")
        if backward is not None and not _takes_input_grad(backward):
            cls.backward = _without_input_grad(backward)

    def __getattr__(self, name):
        if "training" not in vars(self):
            raise AttributeError(
                f"{type(self).__name__}.__init__() expected super().__init__() as its first line, "
                "and it was never called. Add it."
            )
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}.")

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        raise NotImplementedError(f"{type(self).__name__} has no forward(x) yet. Define it.")

    def backward(self, dy, input_grad=True):
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

    def children(self):
        """The modules directly inside this one."""
        return [child for _, child in self.named_children()]

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

    def learns(self):
        """Whether there is a parameter in this module or in one inside it."""
        for value in vars(self).values():
            if isinstance(value, Parameter) or (isinstance(value, Module) and value.learns()):
                return True
        return False

    def register_buffer(self, name, array):
        """Make `array` the attribute `name` that is saved but not trained, as a running mean."""
        setattr(self, name, np.asarray(array))
        self.buffer_names.append(name)

    def named_buffers(self, prefix=""):
        """Pairs such as ("1.running_mean", array), named as in PyTorch."""
        own = [(prefix + name, getattr(self, name)) for name in self.buffer_names]
        for name, child in self.named_children():
            own += child.named_buffers(f"{prefix}{name}.")
        return own

    def buffers(self):
        """The arrays that are saved but not trained."""
        return [array for _, array in self.named_buffers()]

    def zero_grad(self):
        for p in self.parameters():
            p.zero_grad()

    def train(self, mode=True):
        """Switch dropout and batch normalisation to training, or back; returns the module."""
        for module in self.modules():
            module.training = mode
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
            for name in module.buffer_names:
                if getattr(module, name).dtype.kind == "f":
                    setattr(module, name, getattr(module, name).astype(dtype))
        return self

    def _state(self, prefix=""):
        own = {prefix + n: p.data for n, p in vars(self).items() if isinstance(p, Parameter)}
        own |= {prefix + n: getattr(self, n) for n in self.buffer_names}
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


def _takes_input_grad(backward):
    """Whether a backward() takes the flag; that of a loss takes nothing and needs none."""
    code = backward.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return "input_grad" in names or len(names) < 2 or bool(code.co_flags & inspect.CO_VARKEYWORDS)


def _without_input_grad(backward):
    """The same backward(dy), so that it may be called with the flag, which it does not use."""

    @functools.wraps(backward)
    def call(self, dy, input_grad=True):
        return backward(self, dy)

    return call
