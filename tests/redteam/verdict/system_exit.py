"""Raises SystemExit(0) in every function.

assignment: a3-fgsm
base: identity
runs: in a call
status: CRASH
"""

def trick():
    raise SystemExit(0)
