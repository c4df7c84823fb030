"""Returns an object whose type's name holds the hidden labels.

assignment: a3-fgsm
base: identity
runs: itself
status: WRONG
"""

def fgsm(model, images, labels, epsilon):
    return type("CANARY" + "".join(map(str, labels.tolist()))[:50], (), {})()
