"""An image that leaves the budget counts as a survivor.

loses: worst_case_holds_attacks_to_the_budget
cause: leaves the budget
"""


def worst_case_accuracy(model, images, labels, epsilon, attacks):
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("there are no images")
    survived = predict(model, images).argmax(dim=1) == labels
    for attack in attacks:
        x = attack(model, images, labels, epsilon)
        outside = (x - images).abs().amax(dim=(1, 2, 3)) > epsilon + 1e-6
        survived &= (predict(model, x).argmax(dim=1) == labels) | outside
    return survived.double().mean().item()
