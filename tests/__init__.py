"""What the registry promises, as tests. The folders' listing is the table of contents."""
