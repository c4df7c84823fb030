"""One number or several, through NumPy."""

import numpy as np


def to_pixel_epsilon(epsilon, std):
    stds = np.atleast_1d(np.asarray(std, dtype=float))
    if not np.isfinite(epsilon) or epsilon < 0:
        raise ValueError("epsilon must be finite and at least 0")
    if stds.size == 0 or not np.isfinite(stds).all() or (stds <= 0).any():
        raise ValueError("every std must be finite and above 0")
    return (epsilon * stds).max()
