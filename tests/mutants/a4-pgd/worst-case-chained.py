"""Each attack starts where the one before ended.

loses: worst_case_counts_the_survivors_of_all
cause: where the one before ended
"""


def worst_case_accuracy(model, images, labels, epsilon, attacks):
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("there are no images")
    for attack in attacks:
        images = attack(model, images, labels, epsilon)
    return accuracy(model, images, labels)
