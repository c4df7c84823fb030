"""Leaves sleeping children in sessions of their own behind.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG CRASH TIMEOUT
"""

import os, time

def trick():
    for _ in range(5):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.setpgid(0, 0)
            time.sleep(300)
            os._exit(0)
