"""Brings attacks back within epsilon, but not into [0, 1].

loses: worst_case_holds_attacks_to_the_budget
"""


def worst_case_accuracy(model, images, labels, epsilon, attacks):
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("there are no images")
    survived = predict(model, images).argmax(dim=1) == labels
    for attack in attacks:
        moves = attack(model, images, labels, epsilon) - images
        adversarial = images + moves.clamp(-epsilon, epsilon)
        survived &= predict(model, adversarial).argmax(dim=1) == labels
    return survived.float().mean().item()
