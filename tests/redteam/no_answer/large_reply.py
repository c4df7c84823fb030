"""Returns as large a tensor as it can make.

assignment: a3-fgsm
base: identity
runs: itself
status: WRONG CRASH LIMIT
"""

import torch

def fgsm(model, images, labels, epsilon):
    return torch.zeros(120 << 20, dtype=torch.uint8)
