"""Kills itself with a signal that looks like the grader's.

assignment: a3-fgsm
base: identity
runs: in a call
status: LIMIT CRASH
"""

import os, signal

def trick():
    os.kill(os.getpid(), signal.SIGKILL)
