"""Two steps of epsilon from image to image, without a projection: they add up.

loses: fgsm_stays_within_epsilon, fgsm_is_exact_on_a_linear_model
cause: twice epsilon
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    for _ in range(2):
        images = (images + epsilon * loss_gradient(model, images, labels).sign()).clamp(0, 1)
    return images
