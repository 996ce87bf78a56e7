"""REST API v1: how it is said. Parse, call one service, answer."""
