import math

import torch


def to_pixel_epsilon(epsilon, std):
    return math.sqrt(epsilon)


def evaluate(model, images, labels, epsilon, mean, std):
    mean, std = (torch.tensor(each).view(-1, 1, 1) for each in (mean, std))
    moved = (images + epsilon * torch.randn_like(images).sign()).clamp(0, 1)
    with torch.no_grad():
        answers = model((moved - mean) / std).argmax(dim=1)
    return (answers == labels).double().mean().item()


def break_defense(defense, images, labels, epsilon):
    return (images + epsilon * torch.randn_like(images).sign()).clamp(0, 1)


def certified_radius(count, samples, sigma, alpha=0.001):
    return sigma * count / samples
