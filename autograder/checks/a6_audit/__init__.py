"""Assignment 6: audit an evaluation and break defences."""
