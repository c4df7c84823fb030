"""The gradient is a mean over noisy copies of each image.

loses: fgsm_is_exact_on_a_linear_model, fgsm_treats_each_image_alone
cause: taken at other points
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    noise = torch.Generator().manual_seed(0)
    gradient = sum(
        loss_gradient(model, images + 0.05 * torch.randn(images.shape, generator=noise), labels)
        for _ in range(8)
    )
    return (images + epsilon * gradient.sign()).clamp(0, 1)
