"""Prints for ever.

assignment: a3-fgsm
base: identity
runs: in a call
status: TIMEOUT
"""

def trick():
    while True:
        print("A" * 10**6)
