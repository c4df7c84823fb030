"""Moves every pixel by as much as epsilon in the same direction.

assignment: a3-fgsm
runs: itself
status: WRONG
"""

def fgsm(model, images, labels, epsilon):
    return (images + epsilon).clamp(0, 1)

def attack_success_rate(model, images, adversarial, labels):
    return 0.0

def robustness_curve(model, images, labels, epsilons):
    return [0.9] * len(epsilons)
