"""One step from the images, along the gradient at a random point near them.

loses: fgsm_is_exact_on_a_linear_model, fgsm_treats_each_image_alone
cause: taken at other points
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    noise = torch.Generator().manual_seed(0)
    start = images + epsilon * (2 * torch.rand(images.shape, generator=noise) - 1)
    gradient = loss_gradient(model, start.clamp(0, 1), labels)
    return (images + epsilon * gradient.sign()).clamp(0, 1)
