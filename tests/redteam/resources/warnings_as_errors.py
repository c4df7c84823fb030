"""Turns its own warnings to errors and its garbage collector off.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG CRASH
"""

import gc, warnings

def trick():
    warnings.simplefilter("error")
    gc.disable()
    gc.set_threshold(0)
    warnings.warn("x")
