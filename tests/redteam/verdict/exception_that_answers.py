"""Raises an exception whose __str__ ends the process and whose type has a forged name.

assignment: a3-fgsm
base: identity
runs: in a call
status: CRASH
"""

import os

def trick():
    kind = type("AssertionError", (Exception,), {"__str__": lambda self: os._exit(0)})
    raise kind()
