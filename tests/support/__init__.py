"""What several test files share: made-up results, hand-ins and data, one subject a file."""
