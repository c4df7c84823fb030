"""Returns numbers whose digits are the hidden labels.

assignment: a3-fgsm
base: identity
runs: itself
status: WRONG
"""

def spelled(labels):
    return float("0." + "".join(map(str, labels.tolist()))[:15])

def fgsm(model, images, labels, epsilon):
    return images * (1 + spelled(labels))

def attack_success_rate(model, images, adversarial, labels):
    return 1e5 * spelled(labels)

def robustness_curve(model, images, labels, epsilons):
    return [spelled(labels[start:]) for start in range(len(epsilons))]
