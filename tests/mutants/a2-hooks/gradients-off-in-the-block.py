"""Gradients are off in the block, and on again after it.

loses: monitor_leaves_others_alone
cause: switches gradients off
"""


class ActivationMonitor(ActivationMonitor):
    def __enter__(self):
        torch.set_grad_enabled(False)
        return super().__enter__()

    def __exit__(self, kind, error, traceback):
        super().__exit__(kind, error, traceback)
        torch.set_grad_enabled(True)
