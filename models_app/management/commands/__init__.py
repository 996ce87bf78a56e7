"""One verb a file; Django finds them by their names."""
