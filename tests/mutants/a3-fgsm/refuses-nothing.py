"""Nothing looks at the arguments; a negative epsilon lowers the loss.

loses: fgsm_refuses_what_makes_no_sense
cause: nothing looks at the arguments
"""


def fgsm(model, images, labels, epsilon):
    return (images + epsilon * loss_gradient(model, images, labels).sign()).clamp(0, 1)
