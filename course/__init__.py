"""What lectures, notebooks and grader share: data, models, training, metrics, monitoring, plots."""
