"""Several steps in place of one, in the attack; the curve, which calls it, is right for it.

loses: fgsm_is_exact_on_a_linear_model
cause: several steps are taken
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    x = images
    for _ in range(10):
        x = (x + epsilon / 10 * loss_gradient(model, x, labels).sign()).clamp(0, 1)
    return (images + epsilon * (x - images).sign()).clamp(0, 1)


def robustness_curve(model, images, labels, epsilons):
    for each in epsilons:
        check_attack(images, labels, each)
    return [accuracy(model, fgsm(model, images, labels, e), labels) for e in epsilons]
