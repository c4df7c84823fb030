"""Returns a list that is small in memory and enormous when it is written out.

assignment: a3-fgsm
base: identity
runs: itself
status: WRONG CRASH LIMIT TIMEOUT
"""

def attack_success_rate(model, images, adversarial, labels):
    value = ["x" * 1000] * 10
    for _ in range(9):
        value = [value] * 10
    return value
