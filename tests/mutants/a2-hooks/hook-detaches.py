"""The hook returns the output detached: no gradient gets past it.

loses: monitor_leaves_others_alone
cause: output.detach()
"""


class ActivationMonitor(ActivationMonitor):
    def _hook(self, name):
        def note(module, inputs, output):
            if self._silence.heard(name, output):
                self.stats[name] = statistics(output)
            return output.detach()

        return note
