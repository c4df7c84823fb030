"""Tries the doors of the kernel: mounts, namespaces, BPF, io_uring, keys, modules.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG
"""

import ctypes

def trick():
    libc = ctypes.CDLL(None)
    tried = {"unshare": (272, 0x10000000), "mount": (165, b"x", b"/tmp", b"tmpfs", 0, 0),
             "io_uring": (425, 8, 0), "bpf": (321, 0, 0, 0), "userfaultfd": (323, 0),
             "perf": (298, 0, 0, -1, -1, 0), "keyctl": (250, 0, -3, 1), "setns": (308, 0, 0),
             "chroot": (161, b"/"), "clone3": (435, 0, 0), "x32 getpid": (0x40000000 + 39,),
             "memfd": (319, b"x", 0), "handle": (304, 0, 0, 0), "module": (313, 0, b"", 0)}
    for name, call in tried.items():
        if libc.syscall(*call) >= 0:
            raise ValueError(name)
