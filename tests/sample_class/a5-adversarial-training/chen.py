"""Hands in the notebook as it was released.

loses: training_returns_losses
"""
