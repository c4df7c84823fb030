"""Helpers of several test files: made-up results, hand-ins and data, one subject a file."""
