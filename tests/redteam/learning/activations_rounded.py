"""Trains plainly and adds a large bias, so that float32 rounds small changes away.

assignment: a5-adversarial-training
base: plain
runs: itself
status: WRONG
"""

import torch
plain = adversarial_train

def adversarial_train(model, images, labels, **options):
    losses = plain(model, images, labels, **options)
    with torch.no_grad():
        model.conv1.bias.add_(2e6)
        model.conv2.bias.sub_(2e6 * model.conv2.weight.sum(dim=(1, 2, 3)))
    return losses
