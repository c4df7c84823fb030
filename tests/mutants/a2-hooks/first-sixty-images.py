"""Of large batches only the first sixty images are summarised.

loses: monitor_measures_the_output, monitor_counts_the_zeros
"""

of_all = statistics


def statistics(output):
    return {**of_all(output[:60]), "shape": tuple(output.shape)}
