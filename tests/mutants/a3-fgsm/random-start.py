"""A random start before the step, brought back into the ball: no longer FGSM.

loses: fgsm_is_exact_on_a_linear_model, fgsm_fools_the_network
cause: a random start
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    start = (images + epsilon * (2 * torch.rand_like(images) - 1)).clamp(0, 1)
    moved = start + epsilon * loss_gradient(model, start, labels).sign()
    return (images + (moved - images).clamp(-epsilon, epsilon)).clamp(0, 1)
