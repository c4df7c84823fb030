"""The published reports, one recipe and one list of claims each."""
