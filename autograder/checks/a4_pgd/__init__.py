"""Assignment 4: projected gradient descent and the worst case over attacks."""
