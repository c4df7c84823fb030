"""Returns weights that are NaN, infinite, of another dtype, or other tensors altogether.

assignment: a1-cnn
base: shapes
runs: itself
status: WRONG CRASH
"""

import torch
from torch import nn

class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        shapes = [(8, 1, 5, 5), (8,), (16, 8, 5, 5), (16,), (10, 256), (10,)]
        for number, shape in enumerate(shapes):
            self.register_buffer(f"w{number}", torch.full(shape, float("nan")))

    def forward(self, x):
        return torch.full((len(x), 10), float("nan"))

def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    for weight in model.parameters():
        weight.data = weight.data.double() * float("inf")
    return [1.0] * epochs
