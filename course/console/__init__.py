"""What the commands of `course` do and print; `course/cli.py` has their arguments."""
