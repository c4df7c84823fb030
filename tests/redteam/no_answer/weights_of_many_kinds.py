"""Makes a network of seventy tensors of rank nine and of integers.

assignment: a1-cnn
base: constant
runs: itself
status: WRONG CRASH
"""

import torch
from torch import nn

class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        for number in range(70):
            self.register_buffer(f"w{number}", torch.zeros((1,) * 9, dtype=torch.int64))

    def forward(self, x):
        return torch.full((len(x), 10), 10**18)
