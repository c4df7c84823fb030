"""Hands in the notebook as it was released.

loses: cnn_returns_logits, train_returns_losses, accuracy_counts
"""
