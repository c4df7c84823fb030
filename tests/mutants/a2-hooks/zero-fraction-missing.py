"""Five statistics of six.

loses: monitor_records_statistics
earns: 0
"""


def statistics(output):
    values = output.detach()
    return {
        "mean": values.mean().item(),
        "std": values.std(correction=0).item(),
        "min": values.min().item(),
        "max": values.max().item(),
        "shape": tuple(values.shape),
    }
