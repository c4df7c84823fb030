"""The experiments behind the figures of each lecture, one file a lecture."""
