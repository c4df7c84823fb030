"""Searches for adversarial images until every single one is broken, which never happens.

assignment: a6-audit
base: identity
runs: itself
status: CRASH TIMEOUT WRONG
"""

import torch

def break_defense(defense, images, labels, epsilon):
    x = images
    while (defense(x).argmax(dim=1) == labels).any():
        x = (images + epsilon * torch.randn_like(images).sign() / 100).clamp(0, 1)
    return x
