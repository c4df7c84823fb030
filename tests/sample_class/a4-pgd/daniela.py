"""A script, not a notebook: batches, and a list of those that still stand.

loses: pgd_takes_any_loss, pgd_refuses_what_makes_no_sense, margin_refuses_what_makes_no_sense,
       worst_case_refuses_what_makes_no_sense
saved as: script
"""

# %%
#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""Práctica 4. Autora: Daniela Núñez."""

import torch
import torch.nn.functional as F


# %%
def predictions(model, images):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        found = torch.cat([model(x).argmax(dim=1) for x in images.split(64)])
    model.train(was_training)
    return found


def bring_back(images, moved, epsilon):
    return (images + torch.clamp(moved - images, -epsilon, epsilon)).clamp(0, 1)


# %% pgd
def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    was_training = model.training
    model.eval()
    x = images
    if random_start:
        x = images + torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator)
        x = bring_back(images, x, epsilon)
    for _ in range(steps):
        x = x.clone().requires_grad_(True)
        gradient = torch.autograd.grad(F.cross_entropy(model(x), labels, reduction="sum"), x)[0]
        x = bring_back(images, x.detach() + step_size * gradient.sign(), epsilon)
    model.train(was_training)
    return x.clone()


# %% margin_loss
def margin_loss(logits, labels):
    others = logits.clone()
    others[torch.arange(len(labels)), labels] = -float("inf")
    return others.max(dim=1).values - logits.gather(1, labels.view(-1, 1)).view(-1)


# %% worst_case_accuracy
def worst_case_accuracy(model, images, labels, epsilon, attacks):
    de_pie = torch.nonzero(predictions(model, images) == labels).flatten()
    for attack in attacks:
        if len(de_pie) == 0:
            return 0.0
        x, y = images[de_pie], labels[de_pie]
        moved = bring_back(x, attack(model, x, y, epsilon), epsilon)
        de_pie = de_pie[predictions(model, moved) == y]
    return len(de_pie) / len(images)
