"""What an instructor reads of a whole class: figures, causes, whom to help; as CSV too."""
