"""Returns margins that are expanded from one number, on another device, or not there.

assignment: a4-pgd
base: identity
runs: itself
status: WRONG CRASH
"""

import torch

def margin_loss(logits, labels):
    return torch.empty(1, device="meta").expand(len(labels))

def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    return torch.zeros(1).expand(2**40)
