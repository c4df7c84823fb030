"""NaN, infinities and integers of any size for numbers.

assignment: a2-hooks
base: constant
runs: itself
status: WRONG
"""


plain = ActivationMonitor

class ActivationMonitor(plain):
    def __init__(self, model, layers=None):
        super().__init__(model, layers)
        odd = {"mean": float("nan"), "std": 10**400, "min": float("-inf"), "max": 2**62,
               "zero_fraction": True, "shape": [2**80, -1, None]}
        self.stats = {name: dict(odd) for name in self.stats}

def activation_drift(model, clean, adversarial):
    return {n: float("nan") for n, m in model.named_modules()}
