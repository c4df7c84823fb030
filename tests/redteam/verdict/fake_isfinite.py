"""Returns NaN and makes isfinite, max and abs lie about it.

assignment: a3-fgsm
base: identity
runs: itself
status: WRONG
"""

import torch
torch.isfinite = lambda tensor: torch.ones_like(tensor, dtype=torch.bool)
torch.Tensor.abs = lambda self: self * 0

def fgsm(model, images, labels, epsilon):
    torch.isfinite = lambda tensor: torch.ones_like(tensor, dtype=torch.bool)
    return images * float("nan")
