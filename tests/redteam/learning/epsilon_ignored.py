"""Moves every pixel by ten times what is allowed.

assignment: a3-fgsm
base: right
runs: itself
status: WRONG
"""

honest = fgsm

def fgsm(model, images, labels, epsilon):
    return honest(model, images, labels, 10 * epsilon)
