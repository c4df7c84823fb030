"""Opens the memory of its parent and of process 1.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG
"""

import os

def trick():
    for process in (os.getppid(), 1):
        for path in ("mem", "maps", "fd/3", "root/etc/passwd", "cwd"):
            try:
                with open(f"/proc/{process}/{path}", "rb") as file:
                    if path == "mem" or file.read(1):
                        pass
            except OSError:
                continue
            if process != os.getpid() and path == "mem":
                raise ValueError("memory of another process")
