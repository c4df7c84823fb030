"""Ends itself and leaves a child that holds the connection open.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG CRASH TIMEOUT LIMIT
"""

import os, time

def trick():
    if os.fork() == 0:
        time.sleep(300)
    os._exit(0)
