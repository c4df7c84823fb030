"""Writes to memory files that are never mapped.

assignment: a3-fgsm
base: identity
runs: in a call
status: CRASH
"""

import os

def trick():
    for _ in range(40):
        os.write(os.memfd_create("x"), b"1" * (50 << 20))
