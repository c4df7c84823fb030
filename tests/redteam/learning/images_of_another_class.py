"""Returns images of another class, far beyond epsilon, for every number of steps.

assignment: a4-pgd
base: identity
runs: itself
status: WRONG
"""

def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    return images.roll(1, dims=0)
