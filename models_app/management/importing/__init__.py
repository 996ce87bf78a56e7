"""How many models come in at once: entries from a file or another registry, rows of them, batches of rows, a report."""
