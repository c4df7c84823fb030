"""Maps /dev/zero shared, which is the same memory by another door.

assignment: a3-fgsm
base: identity
runs: in a call
status: CRASH
"""

import mmap, os

def trick():
    zero = os.open("/dev/zero", os.O_RDWR)
    for _ in range(20):
        block = mmap.mmap(zero, 100 << 20)
        block.write(b"1" * (100 << 20))
        block.madvise(mmap.MADV_DONTNEED)
