"""Takes steps without end.

assignment: a4-pgd
base: identity
runs: itself
status: TIMEOUT LIMIT
"""

def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    while True:
        images = (images + 0).clamp(0, 1)
