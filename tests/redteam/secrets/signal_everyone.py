"""Sends SIGKILL to every process it may.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG CRASH LIMIT
"""

import os, signal

def trick():
    os.kill(-1, signal.SIGKILL)
