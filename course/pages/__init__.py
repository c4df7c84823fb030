"""The program part of the site: extensions of Markdown, and `course serve`."""
