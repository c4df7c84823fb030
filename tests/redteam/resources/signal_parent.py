"""Kills its parent and the first process of its namespace.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG CRASH LIMIT TIMEOUT
"""

import os, signal

def trick():
    for process in (os.getppid(), 1, 2):
        if process != os.getpid():
            try:
                os.kill(process, signal.SIGKILL)
            except OSError:
                pass
