"""A test that fails for a monitor which leaves its hooks behind after an error."""

import pytest
import torch
from torch import nn

from solutions.hooks import ActivationMonitor


class Fails(nn.Module):
    def forward(self, x):
        raise RuntimeError("in the middle of a forward pass")


def hooks_of(model):
    return sum(len(module._forward_hooks) for module in model.modules())


def test_no_hook_survives_an_error(monitor=ActivationMonitor):
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), Fails())
    with pytest.raises(RuntimeError, match="middle"), monitor(model):
        model(torch.rand(1, 1, 8, 8))
    assert hooks_of(model) == 0


class Careless(ActivationMonitor):
    def __exit__(self, kind, error, traceback):
        if error is None:  # an error goes out at once, and the hooks stay
            super().__exit__(kind, error, traceback)


test_no_hook_survives_an_error()
print("the reference passes")
with pytest.raises(AssertionError):
    test_no_hook_survives_an_error(Careless)
print("a careless monitor fails")
