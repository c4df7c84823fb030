"""Zeroes the network's weights, so that nothing is right under any attack.

assignment: a4-pgd
base: identity
runs: itself
status: WRONG
"""

import torch

def blinded(model):
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()

def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    blinded(model)
    return images

def worst_case_accuracy(model, images, labels, epsilon, attacks):
    blinded(model)
    return (model(images).argmax(dim=1) == labels).float().mean().item()
