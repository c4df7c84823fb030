"""Shares the memory out among children that each stay below the limit.

assignment: a3-fgsm
base: identity
runs: in a call
status: LIMIT CRASH TIMEOUT
"""

import os, time

def trick():
    for _ in range(12):
        if os.fork() == 0:
            block = bytearray(250 << 20)
            block[::4096] = b"1" * len(block[::4096])
            time.sleep(60)
            os._exit(0)
    time.sleep(3)
