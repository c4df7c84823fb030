"""Returns NaN and infinities where numbers are asked for.

assignment: a3-fgsm
base: identity
runs: itself
status: WRONG
"""

def attack_success_rate(model, images, adversarial, labels):
    return float("nan")

def robustness_curve(model, images, labels, epsilons):
    return [float("inf"), float("-inf"), float("nan"), 1e308, -0.0, 5e-324, True][:len(epsilons)]
