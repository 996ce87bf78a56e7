"""Two registries, a small one and a large one, and what the same requests take of each."""
