"""Fills shared memory and drops it from its page table, where the sum of resident pages misses it.

assignment: a3-fgsm
base: identity
runs: in a call
status: CRASH
"""

import mmap

def trick():
    kept = []
    for _ in range(20):
        kept.append(mmap.mmap(-1, 100 << 20))
        kept[-1].write(b"1" * (100 << 20))
        kept[-1].madvise(mmap.MADV_DONTNEED)
