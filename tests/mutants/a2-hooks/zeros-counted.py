"""The number of zeros, not their share.

loses: monitor_counts_the_zeros
cause: the number of zeros
"""


def statistics(output):
    values = output.detach()
    return {
        "mean": values.mean().item(),
        "std": values.std(correction=0).item(),
        "min": values.min().item(),
        "max": values.max().item(),
        "zero_fraction": (values == 0).sum().item(),
        "shape": tuple(values.shape),
    }
