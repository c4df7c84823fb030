"""Returns images of another class instead of attacked ones.

assignment: a3-fgsm
base: identity
runs: itself
status: WRONG
"""

def fgsm(model, images, labels, epsilon):
    return images.roll(1, dims=0)
