"""Convolution and max pooling on images (N, C, H, W).

Inside, the batch is the last axis: copies and sums then run over long contiguous stretches.
The arrays handed from layer to layer are views of such arrays, so nothing is moved twice.
"""

import math

import numpy as np

from nnlib.nn import init
from nnlib.nn.functional import check_kernel, col2im, im2col, patches, windows
from nnlib.nn.module import Module, Parameter


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

    skips_input_grad = True

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, *, bias=True):
        check_kernel("Conv2d", kernel_size=kernel_size, stride=stride, padding=padding)
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding
        self.weight = init.kaiming_uniform_(
            Parameter(np.zeros((out_channels, in_channels, kernel_size, kernel_size))),
            a=math.sqrt(5),
        )
        self.bias = None
        if bias:
            bound = 1 / math.sqrt(in_channels * kernel_size**2)
            self.bias = init.uniform_(Parameter(np.zeros(out_channels)), -bound, bound)

    def forward(self, x):
        x = np.asarray(x, self.weight.data.dtype)
        if x.ndim != 4 or x.shape[1] != self.in_channels:
            raise ValueError(
                f"{self!r} expected x of shape (N, {self.in_channels}, H, W), got {x.shape}. "
                "Grey images (N, H, W) become (N, 1, H, W) by x[:, None]."
            )
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
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        check_kernel("MaxPool2d", kernel_size=kernel_size, stride=self.stride)

    def forward(self, x):
        if x.ndim != 4:
            raise ValueError(f"{self!r} expected x of shape (N, C, H, W), got {x.shape}.")
        x = batch_last(x)
        first, *others = patches(x, self.kernel_size, self.stride)
        y = first.copy()
        for view in others:
            np.maximum(y, view, out=y)
        self.saved = x, y
        return batch_first(y)

    def backward(self, dy):
        x, y = self.recall()
        dy, dx = batch_last(dy), np.zeros_like(x)
        free = np.ones(y.shape, bool)  # windows whose largest value is not yet found
        size = self.kernel_size, self.stride
        for view, d_view in zip(patches(x, *size), patches(dx, *size), strict=True):
            hit = (view == y) & free
            d_view += dy * hit
            free ^= hit
        return batch_first(dx)

    def __repr__(self):
        return f"MaxPool2d(kernel_size={self.kernel_size}, stride={self.stride})"
