"""Returns text that no encoding can hold, and a dictionary with such keys.

assignment: a3-fgsm
base: identity
runs: itself
status: WRONG
"""

def fgsm(model, images, labels, epsilon):
    return "\ud800\udfff" * 10

def robustness_curve(model, images, labels, epsilons):
    return {"\ud800": 1.0, "$tensor": 0}
