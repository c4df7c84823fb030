"""Returns negative and conjugate views, a tensor on freed storage, and one over a deleted file.

assignment: a3-fgsm
base: identity
runs: itself
status: WRONG CRASH
"""

import torch

def fgsm(model, images, labels, epsilon):
    x = images.clone()
    x.untyped_storage().resize_(0)
    return x

def attack_success_rate(model, images, adversarial, labels):
    return torch.zeros(3, dtype=torch.complex64).conj().imag

def robustness_curve(model, images, labels, epsilons):
    with open("numbers", "wb") as file:
        file.write(bytes(4 * 7))
    x = torch.from_file("numbers", shared=True, size=7)
    open("numbers", "wb").close()
    return x
