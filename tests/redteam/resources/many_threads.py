"""Lets torch use 512 threads.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG CRASH LIMIT TIMEOUT
"""

import torch

def trick():
    torch.set_num_threads(512)
    torch.ones(2000, 2000) @ torch.ones(2000, 2000)
