"""The share of zeros in percent.

loses: monitor_counts_the_zeros
cause: in percent
"""


def statistics(output):
    values = output.detach()
    return {
        "mean": values.mean().item(),
        "std": values.std(correction=0).item(),
        "min": values.min().item(),
        "max": values.max().item(),
        "zero_fraction": 100 * (values == 0).float().mean().item(),
        "shape": tuple(values.shape),
    }
