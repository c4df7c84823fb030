"""Leaves links, hard links and pipes in its folder for somebody to follow.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG CRASH
"""

import os

def trick():
    for number, target in enumerate(("/etc/shadow", "/proc/1/environ", "../../../x", "loop-3")):
        os.symlink(target, f"loop-{number}")
    os.mkfifo("results.json")
    for target in ("/etc/passwd", "/etc/shadow"):
        try:
            os.link(target, "hard")
        except OSError:
            pass
