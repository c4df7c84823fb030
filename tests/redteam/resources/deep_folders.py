"""Makes folders four thousand deep and takes away the right to enter them.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG CRASH
"""

import os

def trick():
    for _ in range(4000):
        os.mkdir("d")
        os.chdir("d")
    os.chdir(os.environ["HOME"])
    os.chmod("d", 0)
