"""Gradients are switched off when the block begins, and stay off.

loses: monitor_leaves_others_alone
cause: not switched on again
"""


class ActivationMonitor(ActivationMonitor):
    def __enter__(self):
        torch.set_grad_enabled(False)
        return super().__enter__()
