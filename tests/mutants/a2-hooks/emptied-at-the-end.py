"""The statistics are thrown away with the hooks.

loses: monitor_records_statistics
cause: `__exit__` empties
earns: 0
"""


class ActivationMonitor(ActivationMonitor):
    def __exit__(self, kind, error, traceback):
        super().__exit__(kind, error, traceback)
        self.stats = {}
