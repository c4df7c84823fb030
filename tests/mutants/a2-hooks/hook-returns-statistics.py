"""The hook returns the statistics, which replace the layer's output.

loses: monitor_records_statistics
cause: a hook that returns a value
earns: 0
"""


class ActivationMonitor(ActivationMonitor):
    def _hook(self, name):
        def note(module, inputs, output):
            self.stats[name] = statistics(output)
            return self.stats[name]

        return note
