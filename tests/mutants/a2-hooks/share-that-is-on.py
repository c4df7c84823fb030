"""The share of values that are not 0.

loses: monitor_counts_the_zeros
cause: not 0
"""


def statistics(output):
    values = output.detach()
    return {
        "mean": values.mean().item(),
        "std": values.std(correction=0).item(),
        "min": values.min().item(),
        "max": values.max().item(),
        "zero_fraction": (values != 0).float().mean().item(),
        "shape": tuple(values.shape),
    }
