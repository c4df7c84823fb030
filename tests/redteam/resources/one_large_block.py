"""Asks for a hundred gigabytes at once.

assignment: a3-fgsm
base: identity
runs: in a call
status: CRASH
"""

def trick():
    bytearray(10**11)
