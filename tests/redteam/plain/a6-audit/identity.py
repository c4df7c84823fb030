import torch


def to_pixel_epsilon(epsilon, std):
    return epsilon


def evaluate(model, images, labels, epsilon, mean, std):
    mean, std = (torch.tensor(each).view(-1, 1, 1) for each in (mean, std))
    with torch.no_grad():
        answers = model((images - mean) / std).argmax(dim=1)
    return (answers == labels).double().mean().item()


def break_defense(defense, images, labels, epsilon):
    return images


def certified_radius(count, samples, sigma, alpha=0.001):
    return 0.0
