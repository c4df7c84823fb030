"""The roster: who is in the class, under which names and numbers, in which section and group."""
