"""Trains on twenty images only, for the loss alone.

assignment: a1-cnn
base: constant
runs: itself
status: WRONG CRASH
"""

import torch
import torch.nn.functional as F

def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    for _ in range(epochs):
        F.cross_entropy(model(images[:20]), labels[:20]).backward()
        optimizer.step()
    return [0.0] * epochs
