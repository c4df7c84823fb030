"""A dictionary of statistics that holds itself.

assignment: a2-hooks
base: constant
runs: itself
status: WRONG FORMAT CRASH
"""


plain = ActivationMonitor

class ActivationMonitor(plain):
    def __init__(self, model, layers=None):
        super().__init__(model, layers)
        self.stats["again"] = self.stats
