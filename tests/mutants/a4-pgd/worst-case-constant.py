"""A constant.

loses: worst_case_counts_the_survivors_of_all
earns: 0
"""


def worst_case_accuracy(model, images, labels, epsilon, attacks):
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("there are no images")
    return 0.5
