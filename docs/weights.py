"""The weights of the trained network, small enough for a page: 10 bits each, 297 kB in all.

For each layer: biases and scales (float32, one each a row), then every weight as a whole number
from -511 to 511, its upper eight bits first, then the lower two, four to a byte.
"""

import numpy as np

from nnlib import nn, pretrained

MOST = 511


def packed():
    """The bytes that reader.js unpacks."""
    layers = [layer for layer in pretrained.mnist_mlp() if isinstance(layer, nn.Linear)]
    parts = []
    for layer in layers:
        weight = layer.weight.data
        scale = np.abs(weight).max(axis=1) / MOST
        whole = np.round(weight / scale[:, None]).astype(np.int16).ravel()
        high, low = (whole >> 2).astype(np.int8), (whole & 3).astype(np.uint8)
        fours = low.reshape(-1, 4) << np.arange(0, 8, 2, dtype=np.uint8)
        fours = fours.sum(axis=1).astype(np.uint8)
        parts += [layer.bias.data.astype("<f4"), scale.astype("<f4"), high, fours]
    return b"".join(part.tobytes() for part in parts)
