"""The checks of the extensions, which have no points."""
