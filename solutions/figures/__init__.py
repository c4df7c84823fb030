"""What the lectures show and measure, one file a subject."""
