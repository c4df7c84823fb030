"""Ignores every signal that can be ignored, and then loops.

assignment: a3-fgsm
base: identity
runs: in a call
status: TIMEOUT
"""

import signal

def trick():
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    while True:
        pass
