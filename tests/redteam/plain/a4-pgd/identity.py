import torch


def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    return images


def margin_loss(logits, labels):
    return torch.zeros(len(labels))


def worst_case_accuracy(model, images, labels, epsilon, attacks):
    return 0.0
