"""The judge: hidden inputs, bars, expectations, and the run of the checks."""
