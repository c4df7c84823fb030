"""The checks of the extensions, which bear no points."""
