import numpy as np
import pytest

import nnlib
from nnlib.data import ArrayDataset, DataLoader, StandardScaler, random_split, to_float
from tests.samples import numbers


def counted(n):
    return ArrayDataset(np.arange(2 * n).reshape(n, 2), np.arange(n))


def test_dataset_gives_rows_and_transforms_only_x():
    data = ArrayDataset(np.arange(6).reshape(3, 2), [5, 6, 7], transform=lambda x: x * 10)
    assert len(data) == 3
    assert [a.tolist() for a in data[np.array([2, 0])]] == [[[40, 50], [0, 10]], [7, 5]]
    assert data.x.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert repr(data) == "ArrayDataset(3 examples, x (2,), y ())"


@pytest.mark.parametrize(
    ("x", "y"),
    [(np.zeros((3, 2)), np.zeros(2)), (np.zeros((0, 2)), np.zeros(0)), (np.zeros((1, 2)), 1)],
)
def test_dataset_refuses_empty_and_unequal_arrays(x, y):
    with pytest.raises(ValueError, match=r"x and y of one length, not 0, got"):
        ArrayDataset(x, y)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_dataset_finds_numbers_that_are_not_finite(bad):
    x, y = np.zeros((4, 2, 3)), np.zeros(4)
    x[2, 1, 0] = x[3, 0, 0] = bad
    with pytest.raises(ValueError, match=r"in 2 of 4 rows of x, first in row 2. Fix or drop"):
        ArrayDataset(x, y)
    y[1] = bad
    with pytest.raises(ValueError, match=r"in 1 of 4 rows of y, first in row 1"):
        ArrayDataset(np.zeros((4, 2)), y)


@pytest.mark.parametrize(("n", "size"), [(10, 3), (10, 5), (1, 4), (7, 1)])
@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("drop_last", [True, False])
def test_loader_gives_each_example_once(n, size, shuffle, drop_last):
    if drop_last and size > n:
        with pytest.raises(ValueError, match=r"drops all 1 examples: lower batch_size"):
            DataLoader(counted(n), size, drop_last=True)
        return
    loader = DataLoader(counted(n), batch_size=size, shuffle=shuffle, drop_last=drop_last)
    batches = list(loader)
    assert len(batches) == len(loader) == (n // size if drop_last else -(-n // size))
    seen = np.concatenate([y for _, y in batches])
    assert len(seen) == len(set(seen)) == (n - n % size if drop_last else n)
    for x, y in batches:
        np.testing.assert_array_equal(x, np.stack([2 * y, 2 * y + 1], axis=1))
    if not shuffle:
        assert seen.tolist() == list(range(len(seen)))


def test_loader_shuffles_anew_each_epoch_and_as_seeded():
    loader = DataLoader(counted(50), batch_size=50, shuffle=True)

    def two_epochs():
        nnlib.manual_seed(3)
        return [next(iter(loader))[1].tolist() for _ in range(2)]

    first, second = two_epochs()
    assert first != second != list(range(50))
    assert two_epochs() == [first, second]


def test_loader_leaves_the_data_alone():
    data = counted(6)
    for x, y in DataLoader(data, batch_size=2):
        x += 1
        y += 1
    assert data.y.tolist() == list(range(6))
    assert data.x[0].tolist() == [0, 1]


def test_loader_refuses():
    with pytest.raises(TypeError, match=r"expected ArrayDataset\(x, y\), got a tuple"):
        DataLoader((np.zeros((3, 2)), np.zeros(3)))
    with pytest.raises(ValueError, match=r"batch_size, expected 1 or more, got 0"):
        DataLoader(counted(3), batch_size=0)
    with pytest.raises(TypeError, match=r"expected a whole number, got 2.0. Write 2"):
        DataLoader(counted(3), 2.0)


class OneByOne:
    """A data set as PyTorch's are: it takes one index."""

    def __len__(self):
        return 4

    def __getitem__(self, i):
        return [[1.0]][int(i)], 0


def test_loader_names_a_data_set_that_takes_one_index_only():
    with pytest.raises(
        TypeError, match=r"OneByOne\[rows\] to give .* of an array of indices, got Ty"
    ):
        next(iter(DataLoader(OneByOne(), 2)))


def test_random_split_gives_each_example_to_one_part():
    nnlib.manual_seed(0)
    parts = random_split(counted(10), [6, 3, 1])
    assert [len(part) for part in parts] == [6, 3, 1]
    labels = np.concatenate([part.y for part in parts])
    assert sorted(labels.tolist()) == list(range(10))
    assert labels.tolist() != list(range(10))
    for part in parts:
        np.testing.assert_array_equal(part.x[:, 0], 2 * part.y)


@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        ([5, 4], r"lengths of 10 in all, got \[5, 4\]"),
        ([], r"lengths of 10 in all, got \[\]"),
        ([11, -1], r"each of the lengths, expected 1 or more, got -1"),
        ([10, 0], r"expected 1 or more, got 0"),
        ([7.0, 3.0], r"whole number, got 7.0. Write 7"),
        ([0.8, 0.2], r"whole number, got 0.8"),
    ],
)
def test_random_split_refuses_lengths_that_do_not_add_up(lengths, message):
    with pytest.raises((TypeError, ValueError), match=message):
        random_split(counted(10), lengths)


def test_scaler_gives_mean_zero_and_standard_deviation_one():
    x = numbers((50, 3)) * [1, 100, 0.01] + [5, 1000, 0]
    scaler = StandardScaler()
    assert scaler.fit(x) is scaler
    z = scaler.transform(x)
    assert z.dtype == np.float32
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(z.std(axis=0), 1, atol=1e-6)


def test_scaler_only_shifts_a_feature_that_never_varies():
    x = np.full((10, 2), 0.1)
    x[:, 1] = 0.7
    z = StandardScaler().fit(x).transform(x)
    np.testing.assert_allclose(z, 0, atol=1e-12)


def test_scaler_refuses():
    scaler = StandardScaler()
    with pytest.raises(RuntimeError, match=r"transform came before fit. Fit the training set"):
        scaler.transform(np.zeros((2, 2)))
    with pytest.raises(ValueError, match=r"shape \(2, 2\) with NaN or infinity"):
        scaler.fit([[1, 2], [np.nan, 3]])
    for x in (np.zeros(3), np.zeros((0, 3))):
        with pytest.raises(ValueError, match=r"finite numbers of shape \(N, features\), got shape"):
            scaler.fit(x)
    scaler.fit(np.zeros((3, 2)))
    with pytest.raises(ValueError, match=r"x of shape \(N, 2\), got \(3, 4\)"):
        scaler.transform(np.zeros((3, 4)))


def test_to_float():
    images = np.array([[0, 51, 255]], np.uint8)
    x = to_float(images)
    assert x.dtype == np.float32
    np.testing.assert_allclose(x, [[0, 0.2, 1]], rtol=1e-6)
    assert images.tolist() == [[0, 51, 255]]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, bool])
def test_to_float_leaves_what_lies_in_0_to_1(dtype):
    x = to_float(np.array([[0, 1]], dtype))
    assert x.dtype == np.float32
    assert x.tolist() == [[0, 1]]
    assert to_float(to_float(np.array([51], np.uint8))) == pytest.approx(0.2)
    assert to_float([0, 51, 255]) == pytest.approx([0, 0.2, 1])


@pytest.mark.parametrize("bad", [[0.0, 255.0], [-0.5, 0.5], [0, 256], [-1, 4], [float("nan")]])
def test_to_float_refuses_other_ranges(bad):
    with pytest.raises(ValueError, match=r"whole numbers 0 ... 255 or floats 0 ... 1, got"):
        to_float(bad)
