"""Calls the attacks where no gradients are recorded.

loses: worst_case_counts_the_survivors_of_all
cause: the loss has no gradient
"""

right = worst_case_accuracy


@torch.no_grad()
def worst_case_accuracy(model, images, labels, epsilon, attacks):
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("there are no images")
    return right(model, images, labels, epsilon, attacks)
