"""The errors that a user of the course can cause, shown as a message and not as a traceback."""


class CourseError(Exception):
    """Something asked for cannot be done; the message says what is wrong, where, and what to do.

    Command lines print the message as one line and exit with status 2; nothing is lost.
    """


class InputError(CourseError, ValueError):
    """An argument is not what the function's docstring asks for, such as images in other units."""


class NotANumberError(CourseError):
    """A network's answers, or its images, hold NaN, so that nothing can be counted on them."""
