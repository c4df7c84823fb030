"""What `autograder grade` wrote, in the formats of other systems: one file per format."""
