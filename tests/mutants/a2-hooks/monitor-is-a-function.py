"""A function in the place of the class.

loses: monitor_records_statistics
earns: 0
"""

Monitor = ActivationMonitor


def ActivationMonitor(model, layers=None):
    return Monitor(model, layers)
