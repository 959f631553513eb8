"""Starting values, written into a parameter in place, as in torch.nn.init.

fan_in and fan_out are the numbers of inputs and outputs that one weight array (out, in, ...)
connects; a convolution's kernel positions count in both.
"""

import math

from nnlib.expect import called, number
from nnlib.random import generator


def uniform_(parameter, a=0.0, b=1.0):
    """p ~ U(a, b)."""
    a, b = number(a, "uniform_(a)"), number(b, "uniform_(b)")
    if b < a:
        raise ValueError(f"uniform_ expected a <= b, got {a} and {b}.")
    return _fill(parameter, lambda shape: generator.uniform(a, b, shape))


def normal_(parameter, mean=0.0, std=1.0):
    """p ~ N(mean, std²)."""
    mean, std = number(mean, "normal_(mean)"), number(std, "normal_(std)", least=0)
    return _fill(parameter, lambda shape: generator.normal(mean, std, shape))


def constant_(parameter, val):
    """p = val."""
    val = number(val, "constant_(val)")
    return _fill(parameter, lambda shape: val)


def zeros_(parameter):
    """p = 0: right for biases; all-zero weights never learn to differ."""
    return constant_(parameter, 0)


def xavier_uniform_(parameter, gain=1.0):
    """p ~ U(-a, a) with a = gain √(6 / (fan_in + fan_out)). Glorot & Bengio, 2010."""
    fan_in, fan_out = _fans(parameter)
    a = number(gain, "gain", least=0) * math.sqrt(6 / (fan_in + fan_out))
    return uniform_(parameter, -a, a)


def xavier_normal_(parameter, gain=1.0):
    """p ~ N(0, std²) with std = gain √(2 / (fan_in + fan_out)). Glorot & Bengio, 2010."""
    fan_in, fan_out = _fans(parameter)
    gain = number(gain, "gain", least=0)
    return normal_(parameter, 0, gain * math.sqrt(2 / (fan_in + fan_out)))


def kaiming_uniform_(parameter, a=0, mode="fan_in", nonlinearity="leaky_relu"):
    """p ~ U(-b, b) with b = gain √(3 / fan). He et al., 2015.

    a: the negative slope of the leaky ReLU that follows; mode: "fan_in" or "fan_out".
    """
    b = calculate_gain(nonlinearity, a) * math.sqrt(3 / _fan(parameter, mode))
    return uniform_(parameter, -b, b)


def kaiming_normal_(parameter, a=0, mode="fan_in", nonlinearity="leaky_relu"):
    """p ~ N(0, std²) with std = gain / √fan. He et al., 2015."""
    return normal_(parameter, 0, calculate_gain(nonlinearity, a) / math.sqrt(_fan(parameter, mode)))


def calculate_gain(nonlinearity, param=0.01):
    """The factor by which weights must grow so that the activation keeps the signal's size.

    param: the negative slope, for "leaky_relu". Raises ValueError for an unknown name.
    """
    gains = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2)}
    if isinstance(nonlinearity, str) and nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + number(param, "the negative slope") ** 2))
    if not isinstance(nonlinearity, str) or nonlinearity not in gains:
        names = ", ".join([*gains, "leaky_relu"])
        raise ValueError(f"nonlinearity expected one of {names}, got {called(nonlinearity)}.")
    return gains[nonlinearity]


def _fill(parameter, draw):
    """Write draw(shape) into the parameter; TypeError for what is no Parameter."""
    _check(parameter)
    parameter.data[...] = draw(parameter.shape)
    return parameter


def _check(parameter):
    if not hasattr(parameter, "zero_grad") or not hasattr(parameter, "shape"):
        raise TypeError(f"init expected a Parameter (layer.weight), got {called(parameter)}.")


def _fans(parameter):
    _check(parameter)
    if len(parameter.shape) < 2 or 0 in parameter.shape:
        raise ValueError(
            f"init expected a weight of shape (out, in, ...), got {parameter.shape}. Bias: zeros_."
        )
    positions = math.prod(parameter.shape[2:])
    return parameter.shape[1] * positions, parameter.shape[0] * positions


def _fan(parameter, mode):
    if not isinstance(mode, str) or mode not in ("fan_in", "fan_out"):
        raise ValueError(f"mode expected 'fan_in' or 'fan_out', got {called(mode)}.")
    return _fans(parameter)[mode == "fan_out"]
