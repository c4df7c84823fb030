"""Each hook keeps a hundred megabytes of what it has seen.

assignment: a2-hooks
base: constant
runs: itself
status: LIMIT CRASH WRONG
"""


plain, remembered = ActivationMonitor, []

class ActivationMonitor(plain):
    def __init__(self, model, layers=None):
        super().__init__(model, layers)
        for module in model.modules():
            module.register_forward_hook(
                lambda *_: remembered.append(bytearray(b"x" * (100 << 20))) and None)
