"""Assignment 3: the fast gradient sign method."""
