"""Hands in the notebook as it was released.

score: 0
loses: monitor_records_statistics, drift_is_the_mean_relative_change
"""
