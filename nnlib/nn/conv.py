"""Convolution and max pooling on images (N, C, H, W).

Inside, the batch is the last axis: copies and sums then run over long contiguous stretches.
The arrays handed from layer to layer are views of such arrays, so nothing is moved twice.
"""

import math

import numpy as np

from nnlib.expect import flag, floats, whole
from nnlib.nn import init
from nnlib.nn.module import Module, Parameter


def windows(size, kernel, stride, padding):
    """How many positions a kernel takes along an axis; ValueError when it does not fit once."""
    if size + 2 * padding < kernel:
        says = f"The kernel of {kernel} pixels expected at least {kernel} pixels, got {size} and"
        raise ValueError(f"{says} padding {padding}. Take a smaller kernel, or more padding.")
    return (size + 2 * padding - kernel) // stride + 1


def patches(x, kernel, stride):
    """Views (C, H', W', N) of x (C, H, W, N), one a kernel position, row by row.

    View (i, j) holds, for every window, the pixel at row i and column j of that window.
    """
    height = windows(x.shape[1], kernel, stride, 0)
    width = windows(x.shape[2], kernel, stride, 0)
    for i in range(kernel):
        for j in range(kernel):
            rows = slice(i, i + stride * height, stride)
            columns = slice(j, j + stride * width, stride)
            yield x[:, rows, columns]


def im2col(x, kernel, stride):
    """Every window of x (C, H, W, N) as a column: (C kernel², H' W' N).

    The batch is the last axis, so that each copy moves long contiguous runs.
    """
    views = list(patches(x, kernel, stride))
    channels, height, width, batch = views[0].shape
    columns = np.empty((channels, kernel * kernel, height, width, batch), x.dtype)
    for position, view in enumerate(views):
        columns[:, position] = view
    return columns.reshape(channels * kernel * kernel, -1)


def col2im(columns, shape, kernel, stride):
    """The transpose of im2col: add every column back to its window; returns (C, H, W, N)."""
    x = np.zeros(shape, columns.dtype)
    views = list(patches(x, kernel, stride))
    columns = columns.reshape(shape[0], kernel * kernel, *views[0].shape[1:])
    for position, view in enumerate(views):
        view += columns[:, position]
    return x


def batch_last(x):
    """x (N, C, H, W) as a contiguous (C, H, W, N); no copy when it already lies so in memory."""
    return np.ascontiguousarray(x.transpose(1, 2, 3, 0))


def batch_first(x):
    """A view (N, C, H, W) of x (C, H, W, N)."""
    return x.transpose(3, 0, 1, 2)


class Conv2d(Module):
    """y[n, o] = b[o] + Σ_c W[o, c] * x[n, c], with * sliding the kernel over the image.

    x (N, in_channels, H, W), y (N, out_channels, H', W'), W (out, in, kernel, kernel);
    H' = (H + 2 padding - kernel) // stride + 1. As windows become columns, it is one matrix
    product: Y = W X + b. Raises ValueError when x has another shape.
    """

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, bias=True):
        super().__init__()
        self.in_channels = in_channels = whole(in_channels, "Conv2d(in_channels)", 1)
        self.out_channels = out_channels = whole(out_channels, "Conv2d(out_channels)", 1)
        self.kernel_size = kernel_size = whole(kernel_size, "Conv2d(kernel_size)", 1)
        self.stride = whole(stride, "Conv2d(stride)", 1)
        self.padding = whole(padding, "Conv2d(padding)", 0)
        self.weight = init.kaiming_uniform_(
            Parameter(np.zeros((out_channels, in_channels, kernel_size, kernel_size))),
            a=math.sqrt(5),
        )
        self.bias = None
        if flag(bias, "Conv2d(bias)"):
            bound = 1 / math.sqrt(in_channels * kernel_size**2)
            self.bias = init.uniform_(Parameter(np.zeros(out_channels)), -bound, bound)

    def forward(self, x):
        size = [windows(s, self.kernel_size, self.stride, self.padding) for s in x.shape[2:]]
        x = batch_last(x)
        if self.padding:
            edge = (self.padding, self.padding)
            x = np.pad(x, ((0, 0), edge, edge, (0, 0)))
        columns = im2col(x, self.kernel_size, self.stride)
        self.saved = columns, x.shape
        y = self.weight.data.reshape(self.out_channels, -1) @ columns
        if self.bias is not None:
            y += self.bias.data[:, None]
        return batch_first(y.reshape(self.out_channels, *size, -1))

    def backward(self, dy, input_grad=True):
        columns, shape = self.recall()
        dy = batch_last(dy).reshape(self.out_channels, -1)
        self.weight.accumulate((dy @ columns.T).reshape(self.weight.shape))  # dL/dW = dY Xᵀ
        if self.bias is not None:
            self.bias.accumulate(dy.sum(axis=1))  # dL/db = Σ dY
        if not input_grad:
            return None
        d_columns = self.weight.data.reshape(self.out_channels, -1).T @ dy  # dL/dX = Wᵀ dY
        dx = col2im(d_columns, shape, self.kernel_size, self.stride)
        edge = slice(self.padding, -self.padding or None)
        return batch_first(dx[:, edge, edge])

    def receive(self, x):
        """x as an array of the weight's type; ValueError when its shape does not fit."""
        x = floats(x, self, self.weight.data.dtype)
        if x.ndim != 4 or x.shape[1] != self.in_channels:
            raise ValueError(self._explain(x.shape))
        return x

    def _explain(self, shape):
        channels = self.in_channels
        says = f"{self!r} expected x of shape (N, {channels}, H, W), got {shape}."
        if len(shape) == 4 and shape[3] == channels:
            return f"{says} The channels stand last: pass x.transpose(0, 3, 1, 2)."
        if len(shape) == 2 and channels == 1:
            says += " For a single grey image (H, W) pass x[None, None], a batch of one."
            return f"{says} Flat rows become images by x.reshape(-1, 1, 28, 28)."
        if len(shape) == 3 and shape[0] == channels > 1:
            return f"{says} For a single image (C, H, W) pass x[None], a batch of one."
        if len(shape) == 3 and channels == 1:
            return f"{says} Grey images (N, H, W) become (N, 1, H, W) by x[:, None]."
        return f"{says} Change in_channels, or the output of the layer before."

    def __repr__(self):
        bias = "" if self.bias is not None else ", bias=False"
        return (
            f"Conv2d({self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, "
            f"stride={self.stride}, padding={self.padding}{bias})"
        )


class MaxPool2d(Module):
    """y = the largest value of each window;  x (N, C, H, W), y (N, C, H', W').

    stride is kernel_size unless given; rows and columns that fill no window are left out.
    The gradient goes to the first of equal largest values, as in PyTorch.
    """

    def __init__(self, kernel_size, stride=None):
        super().__init__()
        self.kernel_size = whole(kernel_size, "MaxPool2d(kernel_size)", 1)
        self.stride = whole(kernel_size if stride is None else stride, "MaxPool2d(stride)", 1)

    def forward(self, x):
        x = batch_last(x)
        first, *others = patches(x, self.kernel_size, self.stride)
        y = first.copy()
        for view in others:
            np.maximum(y, view, out=y)
        self.saved = x, y
        return batch_first(y)

    def backward(self, dy, input_grad=True):
        x, y = self.recall()
        dy, dx = batch_last(dy), np.zeros_like(x)
        free = np.ones(y.shape, bool)  # windows whose largest value is not yet found
        size = self.kernel_size, self.stride
        for view, d_view in zip(patches(x, *size), patches(dx, *size), strict=True):
            hit = (view == y) & free
            d_view += dy * hit
            free ^= hit
        return batch_first(dx)

    def receive(self, x):
        x = floats(x, self)
        if x.ndim != 4:
            hint = "A single image (C, H, W) becomes a batch of one by x[None]."
            raise ValueError(f"{self!r} expected x of shape (N, C, H, W), got {x.shape}. {hint}")
        return x

    def __repr__(self):
        return f"MaxPool2d(kernel_size={self.kernel_size}, stride={self.stride})"
