"""All that runs beside a student's code, and nothing else; it imports `course` alone."""
