"""The figures, tables and measurements of the lectures, one file a subject."""
