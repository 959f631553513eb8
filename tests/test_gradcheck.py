import warnings

import numpy as np
import pytest

import nnlib
from nnlib import nn
from nnlib.gradcheck import gradcheck, numerical_gradient
from nnlib.random import generator
from tests.samples import numbers


class WrongSign(nn.Tanh):
    def backward(self, dy):
        return -super().backward(dy)


class MissingSum(nn.Linear):
    def backward(self, dy):
        dx = super().backward(dy)
        self.bias.grad = dy[0]
        return dx


class BiasNotSummed(nn.Linear):
    def backward(self, dy):
        dx = super().backward(dy)
        self.bias.grad = dy
        return dx


class MissingGradient(nn.Linear):
    def backward(self, dy):
        return dy @ self.weight.data


class NothingReturned(nn.Tanh):
    def backward(self, dy):
        super().backward(dy)


class IgnoresIncoming(nn.Sigmoid):
    def backward(self, dy):
        return super().backward(np.ones_like(dy))


class SumNotMean(nn.MSELoss):
    def backward(self):
        return super().backward() * self.saved.size


class Slightly(nn.Tanh):
    def backward(self, dy):
        return super().backward(dy) * 1.001


class OneEntry(nn.Tanh):
    def backward(self, dy):
        dx = super().backward(dy)
        dx[2, 1] += 0.001
        return dx


class NotANumber(nn.Tanh):
    def backward(self, dy):
        return super().backward(dy) * np.nan


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (WrongSign(), r"WrongSign: the gradient of input differs in 12 of 12 entries"),
        (MissingSum(4, 2), r"MissingSum: the gradient of bias differs in 2 of 2"),
        (MissingGradient(4, 2), r"gradient of weight should have shape \(2, 4\), got None"),
        (NothingReturned(), r"gradient of input should have shape \(3, 4\), got None"),
        (IgnoresIncoming(), r"gradient of input differs .* First at \(0, 0\): backward\(\) says"),
        (Slightly(), r"gradient of input differs"),
        (OneEntry(), r"gradient of input differs in 1 of 12 entries. First at \(2, 1\)"),
        (NotANumber(), r"gradient of input differs in 12 of 12"),
        (nn.Sequential(nn.Linear(4, 4), MissingSum(4, 2)), r"gradient of 1.bias differs"),
    ],
)
def test_gradcheck_fails_on_a_broken_backward(module, message):
    with pytest.raises(AssertionError, match=message):
        gradcheck(module, numbers((3, 4)))


def test_a_gradient_that_was_not_summed_is_refused_where_it_is_assigned():
    message = r"Parameter.grad expected the shape \(2,\) of the parameter, got \(3, 2\)"
    with pytest.raises(ValueError, match=message):
        gradcheck(BiasNotSummed(4, 2), numbers((3, 4)))


def test_gradcheck_fails_on_a_broken_loss():
    with pytest.raises(AssertionError, match=r"SumNotMean: the gradient of input differs"):
        gradcheck(SumNotMean(), numbers((3, 4)), numbers((3, 4), seed=1))


@pytest.mark.parametrize("size", [1e-8, 1e-3, 255, 1e4, 1e8])
@pytest.mark.parametrize("module", [nn.Linear(4, 2), nn.Tanh(), nn.MSELoss()])
def test_gradcheck_blames_no_rounding(module, size):
    target = np.zeros((3, 4)) if isinstance(module, nn.MSELoss) else None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert gradcheck(module, size * numbers((3, 4)), target)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_gradcheck_wants_finite_numbers(bad):
    with pytest.raises(ValueError, match=r"finite numbers in x and in the parameters"):
        gradcheck(nn.Linear(2, 2), [[bad, 1.0]])


def test_gradcheck_leaves_everything_as_it_was():
    nnlib.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.Dropout(0.5), nn.Linear(6, 2))
    x, before, random = numbers((3, 4), np.float32), model.state_dict(), generator.random()
    nnlib.manual_seed(1)
    assert gradcheck(model, x)
    after = generator.random()
    nnlib.manual_seed(1)
    assert after == generator.random() != random
    np.testing.assert_array_equal(x, numbers((3, 4), np.float32))
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
        assert array.dtype == before[name].dtype
    assert all(p.grad is None for p in model.parameters())


def test_numerical_gradient_of_a_known_function():
    for x in (1e-9, 3.0, 1e6, 1e10):
        assert numerical_gradient(lambda x: 2 * x.sum(), [x]) == pytest.approx(2, rel=1e-5)
    x = np.array([[4.0, 3], [-1, 0]])
    gradient = numerical_gradient(lambda v: float((v**3).sum()), x)
    np.testing.assert_allclose(gradient, 3 * x**2, atol=1e-8)
    assert x.tolist() == [[4, 3], [-1, 0]]
    assert numerical_gradient(lambda v: float(v * v), 3).item() == pytest.approx(6)
