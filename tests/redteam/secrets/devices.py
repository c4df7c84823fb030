"""Opens disks, memory and terminals, or makes such devices for itself.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG
"""

import os, stat

def trick():
    for name in ("mem", "kmem", "port", "sda", "vda", "kvm", "fuse", "loop0", "zero", "tty1"):
        try:
            os.open(f"/dev/{name}", os.O_RDONLY)
        except OSError:
            pass
        else:
            raise ValueError(name)
    try:
        os.mknod("disk", 0o600 | stat.S_IFBLK, os.makedev(254, 0))
    except OSError:
        return
    os.open("disk", os.O_RDONLY)
    raise ValueError("mknod")
