"""Traces, reads and takes descriptors from other processes.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG
"""

import ctypes, os

def trick():
    libc = ctypes.CDLL(None)
    for process in range(1, 50):
        if process == os.getpid():
            continue
        if libc.ptrace(16, process, 0, 0) == 0:
            raise ValueError("ptrace")
        descriptor = libc.syscall(434, process, 0)
        if descriptor >= 0 and libc.syscall(438, descriptor, 3, 0) >= 0:
            raise ValueError("pidfd_getfd")
