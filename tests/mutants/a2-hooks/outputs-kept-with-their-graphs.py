"""Outputs are kept beside their statistics, with the graphs that they were computed in.

loses: monitor_leaves_no_trace
cause: outputs are kept as they are
"""


class ActivationMonitor(ActivationMonitor):
    def _hook(self, name):
        def note(module, inputs, output):
            if self._silence.heard(name, output):
                self.stats[name] = statistics(output)
            self.kept = [*getattr(self, "kept", []), output]

        return note
