"""Data on the way to the network: data sets, splits, standardising, batches."""

import numpy as np

from nnlib.expect import called, flag, function, listed, numbers, whole
from nnlib.random import generator


class ArrayDataset:
    """Examples x (N, ...) with targets y (N, ...); `transform` is applied to each batch of x.

    Raises ValueError when it is empty, the lengths differ, or x or y holds NaN or infinity.
    """

    def __init__(self, x, y, transform=None):
        x, y = numbers(x, "ArrayDataset, x,"), numbers(y, "ArrayDataset, y,")
        if transform is not None:
            function(transform, "transform")
        if x.ndim == 0 or y.ndim == 0 or len(x) != len(y) or len(x) == 0:
            raise ValueError(
                f"ArrayDataset expected x and y of one length, not 0, got {x.shape} and {y.shape}."
            )
        for name, array in (("x", x), ("y", y)):
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                rows = np.argwhere(~np.isfinite(array.reshape(len(array), -1)).all(axis=1))
                raise ValueError(
                    f"ArrayDataset expected finite numbers, got NaN or infinity in {len(rows)} of "
                    f"{len(array)} rows of {name}, first in row {rows[0, 0]}. Fix or drop them."
                )
        self.x, self.y, self.transform = x, y, transform

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        """x and y at an index, a slice or an array of indices, with x transformed."""
        try:
            x, y = self.x[i], self.y[i]
        except (IndexError, ValueError, TypeError):
            raise IndexError(f"{self} has no example {called(i)}.") from None
        return (self.transform(x) if self.transform else x), y

    def __repr__(self):
        return f"ArrayDataset({len(self):,} examples, x {self.x.shape[1:]}, y {self.y.shape[1:]})"


def to_float(images):
    """Grey values 0 ... 255 (integers, any shape) to float32 in 0 ... 1.

    Floats (and bools) that lie in 0 ... 1 already stay as they are. Raises ValueError for others.
    """
    images = numbers(images, "to_float")
    if images.dtype == np.uint8:
        return np.multiply(images, np.float32(1 / 255), dtype=np.float32)
    high = 255 if images.dtype.kind in "iu" else 1
    if images.size and not (images.min() >= 0 and images.max() <= high):
        raise ValueError(
            f"to_float expected whole numbers 0 ... 255 or floats 0 ... 1, got {images.dtype} "
            f"from {images.min():g} to {images.max():g}. For floats up to 255, divide by 255."
        )
    return (images / high).astype(np.float32)


def random_split(dataset, lengths):
    """Split an ArrayDataset at random into parts of the given lengths.

    Raises ValueError when they do not sum to len(dataset), TypeError for other than lengths.
    """
    check_dataset(dataset, "random_split")
    lengths = listed(lengths, "random_split, lengths,")
    lengths = [whole(n, "random_split, each of the lengths,") for n in lengths]
    if sum(lengths) != len(dataset):
        raise ValueError(f"random_split expected lengths of {len(dataset)} in all, got {lengths}.")
    parts = np.split(generator.permutation(len(dataset)), np.cumsum(lengths)[:-1])
    return [ArrayDataset(dataset.x[i], dataset.y[i], dataset.transform) for i in parts]


def check_dataset(dataset, who):
    """TypeError unless it is an ArrayDataset; the hint knows loaders and pairs of arrays."""
    if not isinstance(dataset, ArrayDataset):
        right = "loader.dataset" if isinstance(dataset, DataLoader) else "ArrayDataset(x, y)"
        raise TypeError(f"{who} expected an ArrayDataset, got {called(dataset)}. Pass {right}.")


class DataLoader:
    """Batches (x, y) of a data set, each example once an epoch, in a new order if `shuffle`.

    The last batch is smaller when batch_size does not divide N, unless drop_last.
    Raises ValueError for an empty data set or a batch_size below 1.
    """

    def __init__(self, dataset, batch_size=1, shuffle=False, *, drop_last=False):
        none = isinstance(dataset, (tuple, list, str, dict, np.ndarray, type))
        if none or not (hasattr(dataset, "__len__") and hasattr(dataset, "__getitem__")):
            raise TypeError(f"DataLoader expected ArrayDataset(x, y), got {called(dataset)}.")
        whole(len(dataset), "DataLoader, the length of its data set,")
        batch_size = whole(batch_size, "DataLoader, batch_size,")
        shuffle, drop_last = flag(shuffle, "shuffle"), flag(drop_last, "drop_last")
        if drop_last and batch_size > len(dataset):
            raise ValueError(f"drop_last drops all {len(dataset)} examples: lower batch_size.")
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last

    def __len__(self):
        """How many batches an epoch has."""
        whole, rest = divmod(len(self.dataset), self.batch_size)
        return whole + (rest > 0 and not self.drop_last)

    def __iter__(self):
        n = len(self.dataset)
        order = generator.permutation(n) if self.shuffle else np.arange(n)
        for i in range(len(self)):
            rows = order[i * self.batch_size : (i + 1) * self.batch_size]
            yield self.dataset[rows] if isinstance(self.dataset, ArrayDataset) else self._ask(rows)

    def _ask(self, rows):
        """dataset[rows] of a class that is not ours; TypeError where it takes one index only."""
        try:
            return self.dataset[rows]
        except (TypeError, ValueError, IndexError) as error:
            raise TypeError(
                f"DataLoader expected {type(self.dataset).__name__}[rows] to give (x, y) of an "
                f"array of indices, got {type(error).__name__}: {error}. Try ArrayDataset(x, y)."
            ) from error


class StandardScaler:
    """z = (x - mean) / std, feature by feature;  x (N, features).

    fit() on the training set alone: a scaler that has seen the test set leaks it.
    A feature that never varies is only shifted.
    """

    mean = None

    def fit(self, x):
        """Remember mean and standard deviation of x (N, features); returns the scaler."""
        x = numbers(x, "StandardScaler.fit").astype(np.float64)
        if x.ndim != 2 or not len(x) or not np.isfinite(x).all():
            got = f"shape {x.shape}" + ("" if np.isfinite(x).all() else " with NaN or infinity")
            raise ValueError(
                f"StandardScaler.fit expected finite numbers of shape (N, features), got {got}."
            )
        self.mean, std = x.mean(axis=0), x.std(axis=0)
        self.std = np.where(np.ptp(x, axis=0) > 0, std, 1.0)  # std of equal numbers may be 1e-17
        return self

    def transform(self, x):
        """Scaled x, float32. Raises RuntimeError before fit(), ValueError for other features."""
        if self.mean is None:
            raise RuntimeError("StandardScaler.transform came before fit. Fit the training set.")
        x = numbers(x, "StandardScaler.transform").astype(np.float64)
        if x.shape[1:] != self.mean.shape:
            n = len(self.mean)
            raise ValueError(f"StandardScaler expected x of shape (N, {n}), got {x.shape}.")
        return ((x - self.mean) / self.std).astype(np.float32)
