"""Raises SystemExit(0) while its cells are run.

assignment: a3-fgsm
base: identity
runs: while loading
status: WRONG CRASH
"""

def trick():
    raise SystemExit(0)
