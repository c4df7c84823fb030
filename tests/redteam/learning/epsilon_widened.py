"""Widens epsilon where the budget is kept: ten times in the attack, none in the worst case.

assignment: a4-pgd
base: identity
runs: itself
status: WRONG
"""

def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    return (images + 10 * epsilon).clamp(0, 1)

def worst_case_accuracy(model, images, labels, epsilon, attacks):
    moved = [attack(model, images, labels, 0.0) for attack in attacks]
    right = [(model(x).argmax(dim=1) == labels).float().mean().item() for x in moved]
    return min(right, default=1.0)
