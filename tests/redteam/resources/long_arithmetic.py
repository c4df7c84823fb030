"""Computes a number of ten billion digits.

assignment: a3-fgsm
base: identity
runs: in a call
status: TIMEOUT CRASH LIMIT
"""

def trick():
    10 ** 10**10
