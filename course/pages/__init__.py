"""What the site needs beside its texts: extensions of Markdown, and `course serve`."""
