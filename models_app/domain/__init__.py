"""What is true in a model registry, without I/O, HTTP or Django.

Nothing here reads a clock but ``clock``; nothing here imports a floor above.
"""
