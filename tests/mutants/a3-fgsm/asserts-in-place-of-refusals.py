"""An assert stands where a ValueError is promised.

loses: fgsm_refuses_what_makes_no_sense
cause: another error
"""


def fgsm(model, images, labels, epsilon):
    assert epsilon >= 0 and len(images) == len(labels)
    return (images + epsilon * loss_gradient(model, images, labels).sign()).clamp(0, 1)
