"""Answers NaN and infinity, which compare with nothing.

assignment: a4-pgd
base: identity
runs: itself
status: WRONG
"""

import torch

def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    return images * float("nan")

def margin_loss(logits, labels):
    return torch.full((len(labels),), float("nan"))

def worst_case_accuracy(model, images, labels, epsilon, attacks):
    return float("nan")
