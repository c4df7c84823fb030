"""An attack that leaves the budget is refused with an error.

loses: worst_case_holds_attacks_to_the_budget
cause: brought back
"""


def worst_case_accuracy(model, images, labels, epsilon, attacks):
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("there are no images")
    survived = predict(model, images).argmax(dim=1) == labels
    for attack in attacks:
        x = attack(model, images, labels, epsilon)
        if (x - images).abs().max() > epsilon + 1e-6:
            raise ValueError("an attack left the budget")
        survived &= predict(model, x).argmax(dim=1) == labels
    return survived.double().mean().item()
