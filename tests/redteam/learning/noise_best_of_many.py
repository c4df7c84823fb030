"""Keeps the best of fifty random perturbations, without a gradient.

assignment: a3-fgsm
base: noise
runs: itself
status: WRONG
"""

import torch
import torch.nn.functional as F

def fgsm(model, images, labels, epsilon):
    best, worst = images, torch.full((len(images),), -1.0)
    for _ in range(50):
        x = (images + epsilon * torch.randn_like(images).sign()).clamp(0, 1)
        with torch.no_grad():
            loss = F.cross_entropy(model(x), labels, reduction="none")
        best = torch.where((loss > worst)[:, None, None, None], x, best)
        worst = torch.maximum(loss, worst)
    return best
