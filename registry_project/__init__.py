"""Model Registry: the project that puts the application together. It knows everything, and nobody knows it."""
