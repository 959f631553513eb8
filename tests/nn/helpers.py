"""The same layer in nnlib and in PyTorch, run on the same numbers."""

import numpy as np
import pytest
import torch
from hypothesis import settings

from tests.samples import numbers as numbers

TOLERANCE = {np.float32: 1e-5, np.float64: 1e-10}
both_dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])
few = settings(derandomize=True, max_examples=20, deadline=None, database=None)


def assert_same(ours, theirs, dtype, what):
    """Equal dtype, shape and values, within the tolerance of the dtype."""
    theirs = theirs.detach().numpy() if isinstance(theirs, torch.Tensor) else np.asarray(theirs)
    assert ours.dtype == dtype, f"{what} is {ours.dtype}"
    assert ours.shape == theirs.shape, f"{what} has shape {ours.shape}"
    tolerance = TOLERANCE[dtype]
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance, err_msg=what)


def torch_state(layer):
    """The layer's state_dict as tensors."""
    return {name: torch.tensor(array) for name, array in layer.state_dict().items()}


def assert_as_torch(layer, twin, x, dtype):
    """Output, input gradient, parameter gradients and buffers of layer and its torch twin agree."""
    layer.to(dtype)
    twin.to(getattr(torch, np.dtype(dtype).name))
    twin.load_state_dict(torch_state(layer))
    x = x.astype(dtype)
    theirs_x = torch.tensor(x, requires_grad=True)
    y, theirs_y = layer(x), twin(theirs_x)
    assert_same(y, theirs_y, dtype, "output")
    dy = numbers(y.shape, dtype, seed=1)
    theirs_y.backward(torch.tensor(dy))
    assert_same(layer.backward(dy), theirs_x.grad, dtype, "input gradient")
    theirs = dict(twin.named_parameters())
    ours = dict(layer.named_parameters())
    assert ours.keys() == theirs.keys()
    for name, p in ours.items():
        assert_same(p.grad, theirs[name].grad, dtype, f"gradient of {name}")
    state = twin.state_dict()
    assert layer.state_dict().keys() == state.keys()
    for name, array in layer.state_dict().items():
        tolerance = TOLERANCE[dtype]
        np.testing.assert_allclose(array, state[name], tolerance, tolerance, err_msg=name)
