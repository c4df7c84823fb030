"""Ten small steps, and then out to the corner of the budget: stronger than was asked for.

loses: fgsm_is_exact_on_a_linear_model
cause: several steps
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    x = images
    for _ in range(10):
        x = x + epsilon / 10 * loss_gradient(model, x, labels).sign()
    return (images + epsilon * (x - images).sign()).clamp(0, 1)
