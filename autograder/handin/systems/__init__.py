"""The learning systems whose downloads `autograder collect` reads, one small file for each."""
