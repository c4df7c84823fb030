"""Gives the defence two grey levels, a factor of minus one and another network behind it.

assignment: a6-audit
base: identity
runs: itself
status: WRONG
"""

import torch
from torch import nn

def break_defense(defense, images, labels, epsilon):
    defense.levels, defense.factor = 2, -1.0
    defense.model = nn.Sequential(nn.Flatten(), nn.Linear(images[0].numel(), 10))
    type(defense).transform = lambda self, x: torch.zeros_like(x)
    type(defense).decide = lambda self, logits: -logits
    type(defense).forward = lambda self, x: torch.zeros(len(x), 10)
    return images
