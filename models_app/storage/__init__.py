"""How the registry is kept: one DynamoDB table, read and written through here alone.

``table`` knows keys and indexes, ``transactions`` writes, ``pages`` reads lists; the other modules are one noun each.
"""
