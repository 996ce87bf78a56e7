"""Django without SQL: a database engine that has no database.

Django's own code opens transactions around forms and views even where no model is stored in SQL. With this engine
``transaction.atomic`` and ``on_commit`` work and protect nothing (our transactions are DynamoDB's), while any SQL
query raises at once. There is nothing to migrate. It imports nothing of ours and could be a package of its own.
"""
