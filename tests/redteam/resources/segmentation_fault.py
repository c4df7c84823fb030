"""Reads from address zero.

assignment: a3-fgsm
base: identity
runs: in a call
status: CRASH
"""

import ctypes

def trick():
    ctypes.string_at(0)
