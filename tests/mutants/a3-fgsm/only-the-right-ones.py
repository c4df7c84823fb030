"""Leaves images alone that the network gets wrong anyway.

loses: fgsm_is_exact_on_a_linear_model
cause: already wrong about them
"""

right = fgsm


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    still = predict(model, images).argmax(dim=1) == labels
    return torch.where(still[:, None, None, None], right(model, images, labels, epsilon), images)
