"""Hands in the notebook as it was released.

score: 0
loses: training_returns_losses
"""
