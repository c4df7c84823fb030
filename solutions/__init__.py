"""The reference answers, each written once, here and nowhere else."""
