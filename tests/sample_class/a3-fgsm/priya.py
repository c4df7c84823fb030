"""Hands in the notebook as it was released.

loses: fgsm_returns_images, success_rate_counts_the_fooled, curve_is_the_accuracy_at_each_epsilon
"""
