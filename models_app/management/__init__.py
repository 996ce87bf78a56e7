"""Commands for operators: one verb a file."""
