"""From points to marks: deadlines, grace, extensions, penalties, weights, as `term.toml` says."""
