"""Loops for ever while its cells are run.

assignment: a3-fgsm
base: identity
runs: while loading
status: TIMEOUT LIMIT
"""

def trick():
    while True:
        pass
