"""Moves every pixel by epsilon, up or down at random.

assignment: a3-fgsm
runs: itself
status: WRONG
"""

import torch

def fgsm(model, images, labels, epsilon):
    return (images + epsilon * torch.randn_like(images).sign()).clamp(0, 1)

def attack_success_rate(model, images, adversarial, labels):
    return torch.rand(()).item()

def robustness_curve(model, images, labels, epsilons):
    return sorted(torch.rand(len(epsilons)).tolist(), reverse=True)
