"""Returns shapes that broadcast against the right one.

assignment: a3-fgsm
base: identity
runs: itself
status: WRONG
"""

def fgsm(model, images, labels, epsilon):
    return images[:1]

def attack_success_rate(model, images, adversarial, labels):
    return labels[:1].float()

def robustness_curve(model, images, labels, epsilons):
    return [0.5]
