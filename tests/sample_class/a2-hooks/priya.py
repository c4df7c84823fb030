"""Hands in the notebook as it was released.

loses: monitor_records_statistics, drift_is_the_mean_relative_change
"""
