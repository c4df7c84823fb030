"""Fills System V segments and detaches them, so that no process is seen to hold them.

assignment: a3-fgsm
base: identity
runs: in a call
status: CRASH
"""

import ctypes

def trick():
    libc = ctypes.CDLL(None)
    libc.shmat.restype = ctypes.c_void_p
    libc.shmdt.argtypes = [ctypes.c_void_p]
    for _ in range(20):
        segment = libc.shmget(0, 100 << 20, 0o1600)
        if segment < 0:
            raise MemoryError
        block = libc.shmat(segment, None, 0)
        ctypes.memset(block, 1, 100 << 20)
        libc.shmdt(block)
