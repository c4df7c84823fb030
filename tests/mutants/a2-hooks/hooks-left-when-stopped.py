"""Hooks are left where a block is stopped from the keyboard.

loses: monitor_records_in_the_block_only
cause: the hooks are still on the network
"""


class ActivationMonitor(ActivationMonitor):
    def __exit__(self, kind, error, traceback):
        if kind is not KeyboardInterrupt:
            while self._handles:
                self._handles.pop().remove()
