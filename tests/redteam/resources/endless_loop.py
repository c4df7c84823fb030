"""Loops for ever.

assignment: a3-fgsm
base: identity
runs: in a call
status: TIMEOUT
"""

def trick():
    while True:
        pass
