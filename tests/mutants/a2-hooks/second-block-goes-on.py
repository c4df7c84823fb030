"""A second block goes on with what the first recorded.

loses: monitor_leaves_others_alone
cause: not emptied when the block begins
"""


class ActivationMonitor(ActivationMonitor):
    def __enter__(self):
        before = self.stats
        super().__enter__()
        self.stats = before
        return self
