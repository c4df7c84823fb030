"""nbgrader's autograde with the judge inside."""
