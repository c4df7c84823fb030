"""The smallest of the accuracies, the clean one among them.

loses: worst_case_counts_the_survivors_of_all
cause: smallest of the single accuracies
"""


def worst_case_accuracy(model, images, labels, epsilon, attacks):
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("there are no images")
    accuracies = [accuracy(model, images, labels)]
    for attack in attacks:
        x = project(images, attack(model, images, labels, epsilon), epsilon)
        accuracies.append(accuracy(model, x, labels))
    return min(accuracies)
