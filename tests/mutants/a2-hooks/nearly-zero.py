"""Values near 0 count as zeros.

loses: monitor_counts_the_zeros
cause: values near 0
"""


def statistics(output):
    values = output.detach()
    return {
        "mean": values.mean().item(),
        "std": values.std(correction=0).item(),
        "min": values.min().item(),
        "max": values.max().item(),
        "zero_fraction": (values.abs() < 1e-3).float().mean().item(),
        "shape": tuple(values.shape),
    }
