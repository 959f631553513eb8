"""Learning rates that change during training: functions of the step, for epochs(lr=...)."""

import math


def one_cycle(max_lr, total_steps, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    """A learning rate for each step: up to max_lr on a half cosine, then down to almost 0.

    Returns lr(step) for step 0 ... total_steps - 1, the rates of torch's OneCycleLR.
    Smith & Topin, 2018. Raises ValueError for max_lr <= 0, fewer than 2 steps, or a pct_start
    (the part of the steps that goes up) outside 0 ... 1.
    """
    if total_steps < 2:
        raise ValueError(f"one_cycle expected at least 2 steps, got {total_steps}.")
    if not 0 < max_lr < math.inf:
        raise ValueError(f"one_cycle expected max_lr above 0, got {max_lr}. Try 0.01.")
    if not 0 <= pct_start <= 1:
        raise ValueError(f"one_cycle expected pct_start in 0 ... 1, got {pct_start}.")
    start = max_lr / div_factor
    peak = pct_start * total_steps - 1

    def lr(step):
        if step <= peak:
            return _half_cosine(start, max_lr, step / peak if peak else 1.0)
        done = (step - peak) / (total_steps - 1 - peak)
        return _half_cosine(max_lr, start / final_div_factor, min(done, 1.0))

    return lr


def _half_cosine(first, last, done):
    return last + (first - last) * (1 + math.cos(math.pi * done)) / 2
