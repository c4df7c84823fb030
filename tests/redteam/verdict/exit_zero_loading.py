"""Ends the process with exit status 0 while its cells are run.

assignment: a3-fgsm
base: identity
runs: while loading
status: CRASH
"""

import os

def trick():
    os._exit(0)
