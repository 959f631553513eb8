import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nnlib import nn
from tests.nn.helpers import TOLERANCE, assert_same, both_dtypes, few, numbers

shapes = st.lists(st.integers(1, 6), min_size=1, max_size=3)
PAIRS = ["MSELoss", "BCELoss", "BCEWithLogitsLoss"]
every_pair = pytest.mark.parametrize("name", PAIRS)


def input_for(name, shape):
    return 1 / (1 + np.exp(-numbers(shape))) if name == "BCELoss" else 2 * numbers(shape)


def targets_for(shape):
    return np.random.default_rng(3).random(shape)


def labels(n, classes):
    return np.random.default_rng(4).integers(0, classes, n)


def assert_loss_as_torch(ours, theirs, x, target, dtype):
    t = torch.tensor(x.astype(dtype), requires_grad=True)
    loss = ours(x.astype(dtype), target)
    theirs_loss = theirs(t, torch.tensor(target))
    theirs_loss.backward()
    assert isinstance(loss, float)
    assert loss == pytest.approx(theirs_loss.item(), rel=TOLERANCE[dtype], abs=TOLERANCE[dtype])
    assert_same(ours.backward(), t.grad, dtype, "gradient")


@every_pair
@both_dtypes
@few
@given(shape=shapes)
def test_losses_of_pairs_as_torch(name, dtype, shape):
    ours, theirs = getattr(nn, name)(), getattr(torch.nn, name)()
    target = targets_for(shape).astype(dtype)
    assert_loss_as_torch(ours, theirs, input_for(name, shape), target, dtype)


@both_dtypes
@few
@given(n=st.integers(1, 20), classes=st.integers(1, 12), smoothing=st.sampled_from([0, 0.05, 1]))
def test_cross_entropy_as_torch(dtype, n, classes, smoothing):
    ours = nn.CrossEntropyLoss(label_smoothing=smoothing)
    theirs = torch.nn.CrossEntropyLoss(label_smoothing=smoothing)
    assert_loss_as_torch(ours, theirs, 3 * numbers((n, classes)), labels(n, classes), dtype)


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.int32, np.int64])
def test_cross_entropy_takes_every_integer_type(kind):
    loss = nn.CrossEntropyLoss()(np.zeros((2, 10)), np.array([0, 9], kind))
    assert loss == pytest.approx(math.log(10))


@both_dtypes
def test_cross_entropy_is_exact_at_extreme_logits(dtype):
    loss_fn, z = nn.CrossEntropyLoss(), np.array([[1e4, -1e4, 0]], dtype)
    for target, expected in enumerate([0, 2e4, 1e4]):
        assert loss_fn(z, [target]) == expected
        gradient = loss_fn.backward()
        assert gradient.tolist() == [[1 - (target == 0), -(target == 1), -(target == 2)]]
    assert loss_fn(np.full((1, 4), 1e4, dtype), [0]) == pytest.approx(math.log(4), rel=1e-6)
    assert loss_fn(np.full((1, 4), -1e4, dtype), [0]) == pytest.approx(math.log(4), rel=1e-6)


@both_dtypes
def test_bce_with_logits_is_exact_at_extreme_logits(dtype):
    loss_fn = nn.BCEWithLogitsLoss()
    for z, t, expected, slope in [
        (1e4, 1, 0, 0),
        (1e4, 0, 1e4, 1),
        (-1e4, 0, 0, 0),
        (-1e4, 1, 1e4, -1),
        (0, 1, math.log(2), -0.5),
        (1e4, 0.5, 5e3, 0.5),
    ]:
        assert loss_fn(np.array([z], dtype), [t]) == pytest.approx(expected, rel=1e-7)
        assert loss_fn.backward().tolist() == [slope]
    tiny = loss_fn(np.array([50], dtype), [1])
    assert tiny == pytest.approx(math.exp(-50), rel=1e-5)  # not rounded to zero


@both_dtypes
def test_bce_at_log_of_zero_as_torch(dtype):
    p, target = np.array([0, 1, 0, 1, 0.5], dtype), np.array([0, 1, 1, 0, 1], dtype)
    loss_fn, theirs_p = nn.BCELoss(), torch.tensor(p, requires_grad=True)
    theirs = torch.nn.BCELoss()(theirs_p, torch.tensor(target))
    theirs.backward()
    assert loss_fn(p, target) == pytest.approx(theirs.item(), rel=1e-7)
    # 1e-7, not 1e-10: where it divides by zero, PyTorch's 1e-12 is rounded to float32
    np.testing.assert_allclose(loss_fn.backward(), theirs_p.grad, rtol=1e-7)
    assert nn.BCELoss()(np.array([0], dtype), [1]) == 100
    assert nn.BCELoss()(np.array([1], dtype), [1]) == 0


@every_pair
def test_a_column_against_a_row_is_refused(name):
    with pytest.raises(ValueError, match=r"got \(4, 1\) and \(4,\). Often target.reshape\(-1, 1\)"):
        getattr(nn, name)()(np.full((4, 1), 0.5), np.ones(4))


@every_pair
def test_empty_batches_are_refused(name):
    with pytest.raises(ValueError, match=f"{name} expected input and target of one shape, not"):
        getattr(nn, name)()(np.zeros((0, 1)), np.zeros((0, 1)))


def test_bce_names_logits_where_probabilities_belong():
    with pytest.raises(ValueError, match=r"probabilities in 0 ... 1, got -2 to 3.*nn.Sigmoid"):
        nn.BCELoss()(np.array([-2.0, 3]), np.array([0, 1]))


@pytest.mark.parametrize(
    ("target", "error", "message"),
    [
        (np.eye(3)[[0, 1]], ValueError, r"one-hot or logits, pass targets.argmax\(axis=1\)"),
        (np.array([[0], [1]]), ValueError, r"shape \(2, 1\). Pass targets.ravel\(\)"),
        (np.array([0.0, 1.0]), TypeError, r"got float64.*targets.astype\(int\)"),
        (np.array([0, 3]), ValueError, "labels 0 to 2, got 3. Labels start at 0"),
        (np.array([-1, 0]), ValueError, "labels 0 to 2, got -1"),
        (np.array([0, 1, 2]), ValueError, r"shape \(2,\), one label for each example, got \(3,\)"),
        (np.array(1), ValueError, r"shape \(2,\), one label for each example, got \(\)"),
    ],
)
def test_cross_entropy_names_the_mistake_in_the_targets(target, error, message):
    with pytest.raises(error, match=message):
        nn.CrossEntropyLoss()(np.zeros((2, 3)), target)


@pytest.mark.parametrize("shape", [(3,), (0, 3), (2, 3, 4)])
def test_cross_entropy_refuses_other_logits(shape):
    with pytest.raises(ValueError, match=r"expected logits of shape \(N, C\), not empty, got"):
        nn.CrossEntropyLoss()(np.zeros(shape), np.zeros(len(shape), int))


@pytest.mark.parametrize("smoothing", [-0.1, 1.1, float("nan")])
def test_label_smoothing_out_of_range(smoothing):
    with pytest.raises(ValueError, match=r"label_smoothing expected 0 ... 1, got"):
        nn.CrossEntropyLoss(label_smoothing=smoothing)


def test_item_is_the_plain_number():
    loss = nn.MSELoss()(np.array([1.0]), np.array([3.0]))
    assert (loss.item(), type(loss.item())) == (4.0, float)
