"""Stops its own process.

assignment: a3-fgsm
base: identity
runs: in a call
status: TIMEOUT
"""

import os, signal

def trick():
    os.kill(os.getpid(), signal.SIGSTOP)
