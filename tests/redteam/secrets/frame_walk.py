"""Walks up the stack for expected values in callers' variables.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG
"""

import sys

def trick():
    frame = sys._getframe()
    while frame is not None:
        for name in ("expected", "right", "target", "secret", "setting", "reference", "bar"):
            if name in frame.f_locals:
                raise ValueError(name)
        frame = frame.f_back
