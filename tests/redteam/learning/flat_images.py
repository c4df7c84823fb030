"""Returns the images as vectors, in another dtype, with one row too few.

assignment: a3-fgsm
base: identity
runs: itself
status: WRONG
"""

def fgsm(model, images, labels, epsilon):
    return images.flatten(1)[:-1].double()
