"""Tensors in the place of every number, shape and drift.

assignment: a2-hooks
base: constant
runs: itself
status: WRONG
"""


import torch

plain = ActivationMonitor

class ActivationMonitor(plain):
    def __init__(self, model, layers=None):
        super().__init__(model, layers)
        for row in self.stats.values():
            row["shape"] = torch.zeros(4)

def activation_drift(model, clean, adversarial):
    return {n: torch.zeros(3, 3) for n, m in model.named_modules()}
