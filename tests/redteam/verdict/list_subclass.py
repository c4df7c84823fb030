"""Returns a list with another length every time it is asked.

assignment: a3-fgsm
base: identity
runs: itself
status: WRONG
"""

class Long(list):
    def __len__(self): return 7
    def __iter__(self): return iter([0.5] * 7)

def robustness_curve(model, images, labels, epsilons):
    return Long()
