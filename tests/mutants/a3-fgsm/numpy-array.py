"""The result is a NumPy array.

loses: fgsm_returns_images
cause: NumPy
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    return (images + epsilon * loss_gradient(model, images, labels).sign()).clamp(0, 1).numpy()
