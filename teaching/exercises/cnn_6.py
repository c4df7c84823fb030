"""The receptive field of a unit of pool2, found with a gradient."""

import torch
from torch import nn

from course.models import build

model = build("tiny-cnn", seed=0)
x = torch.rand(1, 1, 28, 28, requires_grad=True)
y = x
for layer in model:
    if isinstance(layer, nn.Flatten):
        break
    if isinstance(layer, nn.MaxPool2d):  # a maximum passes one gradient on, a mean passes all
        y = nn.functional.avg_pool2d(y, 2)
    elif not isinstance(layer, nn.ReLU):  # a closed ReLU would pass none
        y = layer(y)
y[0, :, 1, 1].sum().backward()
rows = x.grad[0, 0].abs().sum(dim=1).nonzero().flatten()
print(f"rows {rows[0]} to {rows[-1]}: {len(rows)} of 28")
