"""Raises KeyboardInterrupt, which many a runner takes for its own.

assignment: a3-fgsm
base: identity
runs: in a call
status: CRASH
"""

def trick():
    raise KeyboardInterrupt
