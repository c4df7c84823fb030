"""Leaves hooks, another forward and train mode on the network.

assignment: a3-fgsm
base: identity
runs: itself
status: WRONG
"""

import torch
from torch import nn

def fgsm(model, images, labels, epsilon):
    model.train()
    model.forward = lambda x: torch.zeros(len(x), 10)
    model.register_forward_hook(lambda module, inputs, output: torch.zeros_like(output))
    nn.Module.__call__ = lambda self, x: torch.zeros(len(x), 10)
    nn.Module.eval = nn.Module.train = lambda self, mode=True: self
    return images
