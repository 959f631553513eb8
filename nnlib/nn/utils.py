"""What is done to gradients between backward() and optimizer.step()."""

import math

import numpy as np


def clip_grad_norm_(parameters, max_norm):
    """Scale all gradients together so that their norm is at most max_norm; returns the old norm.

    The norm is that of all gradients as one vector. Raises ValueError for max_norm <= 0.
    """
    if not max_norm > 0:
        raise ValueError(f"clip_grad_norm_ expected max_norm above 0, got {max_norm}.")
    params = [p for p in parameters if p.grad is not None]
    norm = math.sqrt(sum(float(np.sum(p.grad**2)) for p in params))
    scale = max_norm / (norm + 1e-6)
    if scale < 1:
        for p in params:
            p.grad = p.grad * scale
    return norm
