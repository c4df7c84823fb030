"""Trains plainly and scales the last layer until logits and gradients are infinite or NaN.

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
        model.logits.weight.mul_(3e37 / model.logits.weight.abs().max())
    return losses
