"""Road signs, and signs that exist nowhere, drawn by a program from a seed."""
