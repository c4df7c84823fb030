"""Recurses until the C stack is gone.

assignment: a3-fgsm
base: identity
runs: in a call
status: CRASH TIMEOUT
"""

import sys

def trick():
    sys.setrecursionlimit(10**9)
    def deeper(x):
        return repr(x) and deeper([x])
    deeper([])
