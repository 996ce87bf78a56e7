"""A stage on AWS as an operator makes and ends it: its stack, what outlives that, and what Zappa has to know."""
