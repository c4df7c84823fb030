"""Counts with the network in whatever mode it is: with dropout on, at random.

loses: curve_starts_at_the_clean_accuracy
cause: train mode
earns: 3
"""


def robustness_curve(model, images, labels, epsilons):
    for each in epsilons:
        check_attack(images, labels, each)
    curve = []
    for epsilon in epsilons:
        adversarial = fgsm(model, images, labels, epsilon)
        with torch.no_grad():
            right = model(adversarial).argmax(dim=1) == labels
        curve.append(right.float().mean().item())
    return curve
