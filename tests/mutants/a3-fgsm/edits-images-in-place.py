"""The images that were handed in are themselves attacked.

loses: fgsm_leaves_no_trace
cause: in place
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    images += epsilon * loss_gradient(model, images, labels).sign()
    return images.clamp_(0, 1)
