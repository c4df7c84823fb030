"""The gradient is kept for a network and a shape, and used for the next images of that shape.

loses: fgsm_treats_each_image_alone
cause: kept between calls
"""

gradients = {}


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    key = model, images.shape
    if key not in gradients:
        gradients[key] = loss_gradient(model, images, labels).sign()
    return (images + epsilon * gradients[key]).clamp(0, 1).detach()
