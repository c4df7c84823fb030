"""Puts a single NaN among right pixels.

assignment: a3-fgsm
base: right
runs: itself
status: WRONG
"""

honest = fgsm

def fgsm(model, images, labels, epsilon):
    adversarial = honest(model, images, labels, epsilon)
    adversarial[0, 0, 0, 0] = float("nan")
    return adversarial
