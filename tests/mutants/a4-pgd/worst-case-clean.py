"""The clean accuracy; the attacks are not used.

loses: worst_case_counts_the_survivors_of_all
cause: the clean accuracy
earns: 0
"""


def worst_case_accuracy(model, images, labels, epsilon, attacks):
    return accuracy(model, images, labels)
