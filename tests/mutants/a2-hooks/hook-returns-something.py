"""The hook returns the output after a ReLU, which replaces the layer's output.

loses: monitor_measures_the_output, monitor_counts_the_zeros
cause: replaces the layer's output
"""


class ActivationMonitor(ActivationMonitor):
    def _hook(self, name):
        def note(module, inputs, output):
            if self._silence.heard(name, output):
                self.stats[name] = statistics(output)
            return output.relu()

        return note
