"""Raises an error for whatever is asked, since some errors earn a point.

assignment: a2-hooks
base: constant
runs: itself
status: WRONG CRASH
"""


class ActivationMonitor:
    def __init__(self, model, layers=None):
        raise ValueError("no layer matches")

def activation_drift(model, clean, adversarial):
    raise ValueError("not the same images")
