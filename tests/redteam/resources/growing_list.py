"""Keeps tensors until there is no memory left.

assignment: a3-fgsm
base: identity
runs: in a call
status: CRASH LIMIT
"""

import torch

def trick():
    kept = []
    while True:
        kept.append(torch.ones(4_000_000))
