"""Overrides state_dict, parameters and __class__ so that the weights can be anything.

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
        self._parameters = {"a": "text", "b": 5}
        self._buffers = {"c": None}

    def __call__(self, x):
        return torch.zeros(len(x), 10)

    def state_dict(self, *arguments, **options):
        return {"weight": torch.zeros(5994)}
