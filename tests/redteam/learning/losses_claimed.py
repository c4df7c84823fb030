"""Claims falling losses and trains nothing.

assignment: a5-adversarial-training
base: untrained
runs: itself
status: WRONG
"""

import torch

def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(1e-6)
    return [2.3 * 0.8**epoch for epoch in range(epochs)]
