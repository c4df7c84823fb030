"""Returns after the first attack.

loses: worst_case_counts_the_survivors_of_all
cause: first attack alone
"""


def worst_case_accuracy(model, images, labels, epsilon, attacks):
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("there are no images")
    accuracies = []
    for attack in attacks:
        x = project(images, attack(model, images, labels, epsilon), epsilon)
        right = predict(model, x).argmax(dim=1) == labels
        accuracies.append(right.double().mean().item())
    return accuracies[0]
