"""All outcomes stacked, then all() over the attacks, in NumPy."""

import numpy as np


def worst_case_accuracy(model, images, labels, epsilon, attacks):
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("there are no images")
    attacked = [attack(model, images, labels, epsilon=epsilon) for attack in attacks]
    low, high = (images - epsilon).clamp(min=0), (images + epsilon).clamp(max=1)
    everything = [images, *(torch.minimum(torch.maximum(x, low), high) for x in attacked)]
    right = np.stack([(predict(model, x).argmax(1) == labels).numpy() for x in everything])
    return float(right.all(axis=0).mean())
