"""Returns an integer of a million digits.

assignment: a3-fgsm
base: identity
runs: itself
status: WRONG
"""

def attack_success_rate(model, images, adversarial, labels):
    return 1 << 3_000_000

def robustness_curve(model, images, labels, epsilons):
    return [1 << 63] * len(epsilons)
