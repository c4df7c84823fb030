"""The function that makes a hook does not return it.

loses: monitor_records_statistics
cause: a hook takes three arguments
earns: 0
"""


class ActivationMonitor(ActivationMonitor):
    def _hook(self, name):
        def note(module, inputs, output):
            self.stats[name] = statistics(output)
