"""Ends the process with exit status 0 before anything is answered.

assignment: a3-fgsm
base: identity
runs: in a call
status: CRASH
"""

import os

def trick():
    os._exit(0)
