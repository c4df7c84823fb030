"""Claims an accuracy and losses, and trains nothing.

assignment: a1-cnn
runs: itself
status: WRONG CRASH
"""

import torch
from torch import nn

class CNN(nn.Module):
    def forward(self, x):
        return torch.zeros(len(x), 10)

def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    return [2.3 * 0.7**epoch for epoch in range(epochs)]

def accuracy(model, images, labels):
    return 0.99
