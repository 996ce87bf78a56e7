"""The Django admin: one module a noun, each a presentation of rows and a ModelAdmin over the services.

Reads and writes go through the services alone, on behalf of whoever is signed in. ``site`` puts it together.
"""
