"""Takes the gradient of a loss of its own instead of the cross-entropy.

assignment: a3-fgsm
base: right
runs: itself
status: OK WRONG
"""

import torch

def fgsm(model, images, labels, epsilon):
    x = images.clone().requires_grad_()
    logits = model(x)
    (gradient,) = torch.autograd.grad(logits.gather(1, labels[:, None]).sum(), x)
    return (images - epsilon * gradient.sign()).clamp(0, 1)
