"""Returns a list nested ten thousand deep, one that contains itself, and a million small ones.

assignment: a3-fgsm
base: identity
runs: itself
status: WRONG CRASH
"""

def fgsm(model, images, labels, epsilon):
    nested = []
    for _ in range(10_000):
        nested = [nested]
    return nested

def attack_success_rate(model, images, adversarial, labels):
    loop = []
    loop.append(loop)
    return loop

def robustness_curve(model, images, labels, epsilons):
    return [[]] * 1_000_000
