"""What is done to gradients between backward() and optimizer.step()."""

import math

import numpy as np

from nnlib.expect import number
from nnlib.nn.module import parameter_list


def clip_grad_norm_(parameters, max_norm):
    """Scale all gradients together so that their norm is at most max_norm; returns the old norm.

    The norm is that of all gradients as one vector. Raises ValueError for max_norm <= 0.
    """
    max_norm = number(max_norm, "clip_grad_norm_(max_norm)", above=0)
    params = [p for p in parameter_list(parameters, "clip_grad_norm_") if p.grad is not None]
    norm = math.sqrt(sum((p.grad.astype(np.float64) ** 2).sum() for p in params))
    scale = max_norm / (norm + 1e-6)
    if scale < 1:
        for p in params:
            p.grad = p.grad * scale
    return norm
