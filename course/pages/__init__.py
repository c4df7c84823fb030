"""Extensions of Markdown for the pages of the site."""
