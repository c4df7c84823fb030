"""The weights are frozen when the block begins.

loses: monitor_leaves_others_alone
cause: not switched on again
"""


class ActivationMonitor(ActivationMonitor):
    def __enter__(self):
        self.model.requires_grad_(False)
        return super().__enter__()
