"""An image counts if it survives one attack.

loses: worst_case_counts_the_survivors_of_all
cause: survives one attack
"""


def worst_case_accuracy(model, images, labels, epsilon, attacks):
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("there are no images")
    survived = torch.zeros(len(labels), dtype=torch.bool)
    for attack in attacks:
        x = project(images, attack(model, images, labels, epsilon), epsilon)
        survived |= predict(model, x).argmax(dim=1) == labels
    return survived.double().mean().item()
