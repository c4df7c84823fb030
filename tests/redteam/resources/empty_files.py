"""Fills the kernel's memory with empty files in every folder that can be written to.

assignment: a3-fgsm
base: identity
runs: in a call
status: LIMIT
"""

import os, time

def trick():
    for top in ("/tmp", "/dev/shm", "."):
        try:
            os.mkdir(f"{top}/empty")
            for number in range(50_000):
                os.close(os.open(f"{top}/empty/{number}", os.O_CREAT | os.O_WRONLY))
        except OSError:
            pass
    time.sleep(60)
