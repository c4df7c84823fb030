"""Forks for as long as it is allowed to, and every child does so too.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG CRASH LIMIT TIMEOUT
"""

import os

def trick():
    while True:
        try:
            os.fork()
        except OSError:
            pass
