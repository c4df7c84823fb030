"""What was handed in, read as text: archives, folders, notebooks; nothing is run here."""
