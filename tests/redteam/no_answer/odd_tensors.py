"""Returns sparse, quantised, complex, half, meta and nested tensors.

assignment: a3-fgsm
base: identity
runs: itself
status: WRONG CRASH
"""

import torch

def fgsm(model, images, labels, epsilon):
    return images.to_sparse()

def attack_success_rate(model, images, adversarial, labels):
    return [torch.zeros(2, dtype=torch.complex64), torch.zeros(2).half(), torch.zeros(2, device="meta")]

def robustness_curve(model, images, labels, epsilons):
    return torch.quantize_per_tensor(torch.zeros(7), 0.1, 0, torch.qint8)
