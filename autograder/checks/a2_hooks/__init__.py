"""Assignment 2: watch the layers of a network with forward hooks."""
