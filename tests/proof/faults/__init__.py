"""What the registry does while storage fails: every request, every fault, in one process and in several."""
