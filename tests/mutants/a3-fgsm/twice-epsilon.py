"""The step is twice epsilon, as if from a scale of -1 to 1.

loses: fgsm_stays_within_epsilon, fgsm_is_exact_on_a_linear_model
cause: twice epsilon
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    return (images + 2 * epsilon * loss_gradient(model, images, labels).sign()).clamp(0, 1)
