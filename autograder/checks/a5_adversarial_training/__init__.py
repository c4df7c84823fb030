"""Assignment 5: adversarial training."""
