"""A script, not a notebook: her own PGD, in batches.

saved as: script
"""

# %%
#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""Práctica 6. Autora: Daniela Núñez."""

import math
from statistics import NormalDist

import torch
import torch.nn.functional as F
from scipy.special import betaincinv
from torch import nn


# %%
def answers(model, x):
    was_training = [module.training for module in model.modules()]
    model.eval()
    with torch.no_grad():
        found = torch.cat([model(part).argmax(dim=1) for part in x.split(50)])
    for module, mode in zip(model.modules(), was_training):
        module.training = mode
    return found


def lead(logits, y):
    others = logits.clone()
    others[torch.arange(len(y)), y] = -math.inf
    return others.max(dim=1).values - logits[torch.arange(len(y)), y]


def entropy(logits, y):
    return F.cross_entropy(logits, y, reduction="none")


def attack(model, images, y, epsilon, loss, steps=24):
    was_training = [module.training for module in model.modules()]
    model.eval()
    x = images + torch.empty_like(images).uniform_(-epsilon, epsilon)
    x = x.clamp(0, 1)
    for _ in range(steps):
        x = x.detach().requires_grad_(True)
        (gradient,) = torch.autograd.grad(loss(model(x), y).sum(), x)
        x = x.detach() + 2.5 * epsilon / steps * gradient.sign()
        x = (images + (x - images).clamp(-epsilon, epsilon)).clamp(0, 1)
    for module, mode in zip(model.modules(), was_training):
        module.training = mode
    return x.detach()


# %% to_pixel_epsilon
def to_pixel_epsilon(epsilon, std):
    stds = std if isinstance(std, (list, tuple)) else [std]
    if not (math.isfinite(epsilon) and epsilon >= 0):
        raise ValueError("epsilon must be finite and not negative")
    if not all(math.isfinite(s) and s > 0 for s in stds):
        raise ValueError("std must be finite and positive")
    return epsilon * max(stds)


# %% evaluate
class Pixels(nn.Module):
    def __init__(self, model, mean, std):
        super().__init__()
        self.model = model
        self.mean = torch.tensor(mean).reshape(1, -1, 1, 1)
        self.std = torch.tensor(std).reshape(1, -1, 1, 1)

    def forward(self, x):
        return self.model((x - self.mean) / self.std)


def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    network = Pixels(model, mean, std)
    right = 0
    for x, y in zip(images.split(50), labels.split(50)):
        stands = answers(network, x) == y
        for loss in (entropy, lead, entropy, lead):
            stands = stands & (answers(network, attack(network, x, y, epsilon, loss)) == y)
        right += int(stands.sum())
    return right / len(images)


# %% break_defense
class Through(nn.Module):
    def __init__(self, defense):
        super().__init__()
        self.defense = defense

    def forward(self, x):
        return self.defense.model(x + (self.defense.transform(x) - x).detach())


def break_defense(defense, images, labels, epsilon):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1]:
        raise ValueError("nothing to attack")
    best = images.clone()
    for loss in (entropy, lead, entropy, lead):
        x = attack(Through(defense), images, labels, epsilon, loss)
        wrong = answers(defense, x) != labels
        best[wrong] = x[wrong]
    return best


# %% certified_radius
def certified_radius(count, samples, sigma, alpha=0.001):
    if not 0 <= count <= samples or samples < 1 or not 0 < sigma < math.inf or not 0 < alpha < 1:
        raise ValueError("fuera de rango")
    p = betaincinv(count, samples - count + 1, alpha) if count > 0 else 0.0
    return max(0.0, sigma * NormalDist().inv_cdf(p)) if p > 0 else 0.0
