"""Returns images of other classes, far outside the budget, as if they were adversarial.

assignment: a6-audit
base: identity
runs: itself
status: WRONG
"""

import torch

def break_defense(defense, images, labels, epsilon):
    others = [images[labels != label][:1] for label in labels.tolist()]
    return torch.cat(others)
