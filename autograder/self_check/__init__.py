"""A student's own check, on public inputs: from the shell and from a notebook."""
