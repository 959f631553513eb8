"""Where the letters of a sentence look, in one head of a trained network."""

import base64
import functools
import json

import numpy as np

from nnlib.nn.functional import softmax
from nnlib.widgets.base.javascript import HERE

FILE = HERE / "attention_weights.js"  # CONTRIBUTING.md says what makes it
EPS = 1e-5  # of the normalisation


@functools.cache
def trained():
    """(symbols, heads, arrays by name) of the network that comes with the explorer."""
    text = FILE.read_text(encoding="utf-8")
    found = json.loads(text[text.index("{") : text.rindex("}") + 1])
    arrays = {
        name: one["scale"]
        * np.frombuffer(base64.b64decode(one["packed"]), "<i2").reshape(one["shape"])
        for name, one in found["arrays"].items()
    }
    return found["symbols"], found["heads"], arrays


def attend(sentence, head, masked=True, scaled=True):
    """(scores, weights), each (T, T): row t says where letter t of the sentence looks.

    scores = q kᵀ / √d (without the division where scaled is False); weights = softmax of each row,
    with −∞ for later letters where masked. head counts from 1.
    """
    symbols, heads, arrays = trained()
    codes = [symbols.index(letter) for letter in sentence]
    x = arrays["letters"][codes] + arrays["places"][: len(codes)]
    x = x - x.mean(axis=1, keepdims=True)
    x = x / np.sqrt((x**2).mean(axis=1, keepdims=True) + EPS)
    x = x * arrays["gain"] + arrays["shift"]
    d = x.shape[1] // heads
    rows = slice((head - 1) * d, head * d)
    queries, keys = x @ arrays["queries"][rows].T, x @ arrays["keys"][rows].T
    scores = queries @ keys.T / (np.sqrt(d) if scaled else 1.0)
    seen = np.tri(len(codes), dtype=bool) | (not masked)
    return scores, softmax(np.where(seen, scores, -np.inf))
