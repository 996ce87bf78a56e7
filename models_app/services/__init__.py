"""What can be done with the registry: one function a deed, keyword-only, the same for every face.

Each asks for permission first, reads what it needs, decides, and commits one change with its event.
"""
