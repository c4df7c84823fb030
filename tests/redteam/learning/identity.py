"""Returns the images as they are.

assignment: a3-fgsm
runs: itself
status: WRONG
"""

from copy import deepcopy

def fgsm(model, images, labels, epsilon):
    return deepcopy(images)

def attack_success_rate(model, images, adversarial, labels):
    return 1.0

def robustness_curve(model, images, labels, epsilons):
    return [1.0 - epsilon for epsilon in epsilons]
