"""Road signs, and invented signs, drawn by a program from a seed."""
