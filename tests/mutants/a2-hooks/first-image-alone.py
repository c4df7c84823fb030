"""Only the first image of the batch is looked at.

loses: monitor_measures_the_output, monitor_counts_the_zeros
cause: of the first image alone
"""


def statistics(output):
    values = output.detach()[:1]
    return {
        "mean": values.mean().item(),
        "std": values.std(correction=0).item(),
        "min": values.min().item(),
        "max": values.max().item(),
        "zero_fraction": (values == 0).float().mean().item(),
        "shape": tuple(output.shape),
    }
