"""Zeroes the weights of the network it is to attack.

assignment: a3-fgsm
base: identity
runs: itself
status: WRONG
"""

import torch

def fgsm(model, images, labels, epsilon):
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()
    return images
