"""Raises an error whose message holds the hidden labels.

assignment: a3-fgsm
base: identity
runs: itself
status: CRASH
"""

def fgsm(model, images, labels, epsilon):
    raise ValueError("CANARY" + repr(labels.tolist()))
