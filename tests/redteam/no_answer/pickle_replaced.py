"""Replaces pickle's and torch's way of saving.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG
"""

import copyreg, pickle, torch

def trick():
    pickle.dump = pickle.dumps = torch.save = torch.load = lambda *a, **k: b"evil"
    copyreg.dispatch_table[dict] = lambda value: (exec, ("1/0",))
