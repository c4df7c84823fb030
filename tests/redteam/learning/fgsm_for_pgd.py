"""Takes the signs of noise with the gradient's share just large enough to look like an attack.

assignment: a4-pgd
base: noise
runs: itself
status: WRONG
"""

import torch

def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    generator = torch.Generator().manual_seed(0)
    signs = torch.randn(images.shape, generator=generator).sign()
    signs[images > 0.5] = -1
    return (images + epsilon * signs).clamp(0, 1)
