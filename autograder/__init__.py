"""The judge: it runs a student's code in another process and believes nothing that comes back."""
