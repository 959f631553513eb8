"""Parameter, an array that learns, and Module, the base of every layer and network."""

import warnings
from collections import deque
from operator import attrgetter

import numpy as np

from nnlib.expect import called, flag, float_type, floats, numbers
from nnlib.nn.passes import watch_backward, watch_forward

ndarray = np.ndarray
# what a module remembers of its last forward pass: not copied, not pickled, not kept in eval mode
REMEMBERED = ("saved", "seen", "output", "eval_input", "waiting")
AGAIN = "again"  # Parameter.grad_used of a gradient that adds to one which step() has used


class Parameter:
    """An array `data` and the gradient `grad` of the loss with respect to it, of the same shape.

    `grad` is None until the first backward pass after zero_grad(). Both are floats: what is
    assigned is converted. Raises TypeError for other dtypes, ValueError for another shape.
    """

    def __init__(self, data, dtype=np.float32):
        dtype = float_type(dtype, "Parameter(dtype)")
        self._data = np.array(floats(data, "Parameter(data)"), dtype)
        self._grad, self.grad_used = None, False

    def _set_data(self, data):
        if data is not self._data:  # as after p.data *= 2
            self._data = np.array(self._checked(data, "data"))  # a copy: it changes in place

    def _set_grad(self, grad):
        self._grad = None if grad is None else self._checked(grad, "grad")

    def _set_requires_grad(self, requires_grad):
        if not requires_grad:
            hint = "leave it out: optim.SGD(model[2].parameters(), lr=0.1)."
            raise AttributeError(f"A Parameter has no requires_grad. To freeze a layer, {hint}")

    data = property(attrgetter("_data"), _set_data)
    grad = property(attrgetter("_grad"), _set_grad)
    requires_grad = property(lambda self: True, _set_requires_grad)

    def _checked(self, array, name):
        array = floats(array, f"Parameter.{name}")
        if array.shape != self.shape:
            says = f"Parameter.{name} expected the shape {self.shape} of the parameter, got"
            raise ValueError(f"{says} {array.shape}.")
        return array

    def accumulate(self, grad):
        """Add to the gradient; the first one after zero_grad() is stored, which saves a pass."""
        if type(grad) is not ndarray or grad.shape != self._data.shape:
            grad = self._checked(grad, "grad")
        if self._grad is None:
            self._grad = grad
            return
        if self.grad_used:
            self.grad_used = AGAIN  # step() says so: gradients that nobody uses harm nobody
        self._grad = self._grad + grad

    def zero_grad(self):
        self._grad, self.grad_used = None, False

    def __getattr__(self, name):
        raise AttributeError(f"A Parameter has no {name}. Its array is .data, its gradient .grad.")

    def __array__(self, *arguments, **options):
        raise TypeError("A Parameter is no array. It has one, in .data; its gradient is in .grad.")

    @property
    def shape(self):
        return self._data.shape

    def numel(self):
        """How many numbers it holds."""
        return self._data.size

    def __repr__(self):
        return f"Parameter(shape={self.shape}, dtype={self._data.dtype})"


class Module:
    """The base of layers and networks: forward(x) computes, backward(dy) sends the gradient back.

    backward(dy, input_grad=True) takes dL/dy, adds dL/dp to every parameter's grad, and returns
    dL/dx, which it may leave out where input_grad is False: data needs no gradient.
    Parameters and modules that are attributes are found by parameters() and state_dict().
    A module remembers one forward pass, and in eval mode nothing but its input.
    """

    training = True
    buffer_names = ()
    saved = None  # what forward() keeps for backward()
    seen = None  # the shape of the last output, which dy must have
    output = None  # the last output itself, where the module was called from outside
    eval_input = None  # the last input in eval mode: all that is kept then
    waiting = False  # called in training mode, and not gone backward since
    differs_in_training = False  # whether training mode computes something else than eval mode

    def __init__(self):
        self.training = True
        self.buffer_names = []

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        own = vars(cls)
        if "forward" in own:
            cls.forward = watch_forward(own["forward"], own.get("receive"))
        if "backward" in own:
            cls.backward = watch_backward(own["backward"])

    def __getstate__(self):
        return {name: value for name, value in vars(self).items() if name not in REMEMBERED}

    def __call__(self, x):
        """forward(x), from outside: of a copy, as the caller may change his x."""
        if "training" not in self.__dict__:
            self.check_init()
        if type(x) is ndarray:
            x = x.copy("K")
        elif hasattr(x, "__array__"):  # of a kind that shares its numbers: a tensor, a memory map
            x = np.array(numbers(x, type(self).__name__))
        if not self.training:
            y = self.forward(x)
            self.forget()
            self.eval_input = x
            return y
        if self.waiting and any(inner.differs_in_training for inner in self.modules()[1:]):
            says = "Two forward passes in training mode with no backward pass between them."
            warnings.warn(f"{says} To predict, call model.eval() first.", stacklevel=2)
        return self.run(x)

    def run(self, x):
        """forward(x) for an x that nobody changes before backward()."""
        self.output = y = self.forward(x)
        self.waiting = True
        return y

    def check_init(self):
        """Raise RuntimeError when __init__() of a subclass forgot super().__init__()."""
        if "training" not in vars(self):
            says = f"{type(self).__name__}.__init__() expected super().__init__() as its first line"
            raise RuntimeError(f"{says}, and it was never called. Add it.")

    def forward(self, x):
        raise NotImplementedError(f"{type(self).__name__} has no forward(x) yet. Define it.")

    def backward(self, dy, input_grad=True):
        raise NotImplementedError(f"{type(self).__name__} has no backward(dy) yet. Define it.")

    def recall(self):
        """What forward() kept in `saved`; RuntimeError when there was no forward()."""
        if self.saved is None:
            says = f"{type(self).__name__}.backward() came before forward()."
            raise RuntimeError(f"{says} Call the network on a batch, then the loss, then this.")
        return self.saved

    def forget(self):
        """Drop what forward passes left in this module and all inside it."""
        for module in self.modules():
            for name in REMEMBERED:
                vars(module).pop(name, None)

    def named_children(self):
        """Pairs of name and module directly inside this one."""
        return [(name, value) for name, value in vars(self).items() if isinstance(value, Module)]

    def children(self):
        """The modules directly inside this one."""
        return [child for _, child in self.named_children()]

    def _inside(self, prefix=""):
        """(what its names begin with, module): this module and all inside it, depth first."""
        self.check_init()
        found = [(prefix, self)]
        for name, child in self.named_children():
            found += child._inside(f"{prefix}{name}.")
        return found

    def modules(self):
        """This module and all inside it, depth first."""
        return [module for _, module in self._inside()]

    def named_parameters(self):
        """Pairs such as ("0.weight", Parameter), named as in PyTorch; one that is shared, once."""
        once = {}
        for prefix, module in self._inside():
            module.check_parameters()
            for name, p in vars(module).items():
                if isinstance(p, Parameter):
                    once.setdefault(id(p), (prefix + name, p))
        return list(once.values())

    def parameters(self):
        return [p for _, p in self.named_parameters()]

    def learns(self):
        """Whether there is a parameter in this module or in one inside it."""
        own = any(isinstance(value, Parameter) for value in vars(self).values())
        return own or any(child.learns() for child in self.children())

    def register_buffer(self, name, array):
        """Make `array` the attribute `name` that is saved but not trained, as a running mean."""
        self.check_init()
        if not isinstance(name, str):
            raise TypeError(f"register_buffer expected a name, got {called(name)}.")
        setattr(self, name, numbers(array, f"register_buffer, {name},"))
        self.buffer_names.append(name)

    def named_buffers(self):
        """Pairs such as ("1.running_mean", array), named as in PyTorch."""
        return [(pre + n, getattr(m, n)) for pre, m in self._inside() for n in m.buffer_names]

    def buffers(self):
        """The arrays that are saved but not trained."""
        return [array for _, array in self.named_buffers()]

    def zero_grad(self):
        for p in self.parameters():
            p.zero_grad()

    def check_parameters(self):
        """Raise TypeError for a layer that nobody registered, or an array in a Parameter's place.

        Neither would be trained or saved. ValueError for one layer at two places.
        """
        name, own, known = type(self).__name__, vars(self), self.modules()
        check_once(name, known)
        known += own.values()
        for key, value in [pair for c in type(self).__mro__ for pair in vars(c).items()]:
            if isinstance(value, LEARNERS) and not any(value is one for one in known):
                raise TypeError(
                    f"{name}.{key} belongs to the class, where it would not be trained or saved. "
                    f"Write self.{key} = ... in __init__()."
                )
        for key, value in own.items():
            learns = key in ("weight", "bias") and key not in self.buffer_names
            if learns and isinstance(value, ndarray):
                says = f"{name}.{key} expected a Parameter, got an array, which would never learn"
                raise TypeError(f"{says}. Write .{key} = nn.Parameter(array).")
            for part in _learners_inside(value) if isinstance(value, INSIDE) else ():
                if not any(part is one for one in known):
                    raise TypeError(
                        f"{name}.{key} holds {part!r} inside a list or dict, where it would not be "
                        "trained, saved or put into eval mode. Put it into nn.Sequential(...)."
                    )

    def train(self, mode=True):
        """Switch dropout and batch normalisation to training, or back; returns the module."""
        mode = flag(mode, "train(mode)")
        for module in self.modules():
            module.training, module.waiting = mode, False
        return self

    def eval(self):
        """Switch to prediction: no dropout, and batch normalisation by its running averages."""
        return self.train(False)

    def to(self, dtype):
        """Convert parameters and buffers; do it before making an optimizer.

        Raises TypeError for another dtype than np.float32 and np.float64.
        """
        dtype = float_type(dtype, "to(dtype)")
        for module in self.modules():
            for value in vars(module).values():
                if isinstance(value, Parameter):
                    value.data = value.data.astype(dtype)
                    value.grad = None if value.grad is None else value.grad.astype(dtype)
            for name in module.buffer_names:
                if getattr(module, name).dtype.kind == "f":
                    setattr(module, name, getattr(module, name).astype(dtype))
        return self

    def _state(self):
        own = {}
        for prefix, module in self._inside():
            parts = {n: p.data for n, p in vars(module).items() if isinstance(p, Parameter)}
            parts |= {name: getattr(module, name) for name in module.buffer_names}
            own |= {prefix + name: array for name, array in parts.items()}
        return own

    def state_dict(self):
        """Copies of all parameters and buffers by name: goes to torch.nn's twin and back."""
        return {name: array.copy() for name, array in self._state().items()}

    def load_state_dict(self, state):
        """Copy `state` into the parameters and buffers, in place.

        Raises TypeError or ValueError, before anything changes, when `state` is not such a dict,
        or a name, a shape or a value does not fit.
        """
        own = self._state()
        new = fitting(own, state, "Build the network that was saved.")
        for name, array in new.items():
            own[name][...] = array

    def __repr__(self):
        lines = [f"\n({n}): {c!r}".replace("\n", "\n  ") for n, c in self.named_children()]
        return f"{type(self).__name__}({''.join(lines)}" + ("\n)" if lines else ")")


LEARNERS = Parameter, Module
INSIDE = list, tuple, set, frozenset, deque, dict


def _learners_inside(value):
    """The modules and parameters in lists, tuples, sets and dicts, however deep."""
    if isinstance(value, LEARNERS):
        yield value
    elif isinstance(value, INSIDE):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _learners_inside(part)


def check_once(name, modules):
    """ValueError for one module at two places: a layer remembers one forward pass."""
    for i, module in enumerate(modules):
        if any(module is other for other in modules[:i]):
            raise ValueError(
                f"{name} expected a new layer at every place, got the same {module!r} twice. Make "
                "a second one: a layer remembers one forward pass. They may share .weight."
            )


def parameter_list(params, name):
    """The Parameters of an iterable, each once; TypeError that names what else was given."""
    one = isinstance(params, (*LEARNERS, ndarray)) or not hasattr(params, "__iter__")
    once = {id(p): p for p in ([params] if one else params)}
    for p in once.values():
        if one or not isinstance(p, Parameter):
            says = f"{name} expected parameters, got {called(p)}."
            raise TypeError(f"{says} Pass model.parameters().")
    return list(once.values())


def fitting(own, state, hint):
    """`state` as arrays; TypeError or ValueError where a name, shape or value does not fit."""
    if not hasattr(state, "items"):
        says = f"load_state_dict expected arrays by name, got {called(state)}."
        raise TypeError(f"{says} Of a file: load_state_dict(nnlib.load(path)).")
    state = dict(state.items())
    if own.keys() != state.keys():
        missing = sorted(own.keys() - state.keys())
        unknown = sorted(map(str, state.keys() - own.keys()))
        raise ValueError(f"load_state_dict misses {missing} and does not know {unknown}. {hint}")
    new = {name: numbers(value, name) for name, value in state.items()}
    for name, array in new.items():
        if (shape := np.shape(own[name])) != array.shape:
            says = f"load_state_dict expected {name} of shape {shape}, got {array.shape}"
            raise ValueError(f"{says}. {hint}")
    return new
