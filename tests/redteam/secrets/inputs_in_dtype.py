"""Returns a dictionary whose keys hold the hidden labels.

assignment: a3-fgsm
base: identity
runs: itself
status: WRONG
"""

def fgsm(model, images, labels, epsilon):
    return {"CANARY" + repr(labels.tolist()): images}
