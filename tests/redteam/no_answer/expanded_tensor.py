"""Returns one number expanded to a shape of a hundred gigabytes, and shapes with zeros in them.

assignment: a3-fgsm
base: identity
runs: itself
status: WRONG CRASH LIMIT
"""

import torch

def fgsm(model, images, labels, epsilon):
    return torch.zeros(1).expand(10**6, 10**5)

def attack_success_rate(model, images, adversarial, labels):
    return torch.empty(0, 2**28, 2**28)

def robustness_curve(model, images, labels, epsilons):
    return [torch.zeros(0)] * 65
