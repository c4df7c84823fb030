"""Leaves the block by an error of its own that spells what it saw.

assignment: a2-hooks
base: right
runs: itself
status: OK WRONG CRASH
"""


honest = ActivationMonitor

class ActivationMonitor(honest):
    def __exit__(self, *error):
        super().__exit__(*error)
        if error[0] is not None:
            kind = type("CANARY" + "1" * int(self.stats["logits"]["max"]), (Exception,), {})
            raise kind("CANARY" + repr(self.stats))
