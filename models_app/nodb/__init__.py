"""Django without SQL: the admin's lists, forms and pages over anything that can find a row and read a page of rows.

Django's admin is written for query sets over tables. This package keeps its pages and replaces what stands under
them; it imports nothing of ours and could be a package of its own. Read it in this order:

``base``      the database engine. Transactions begin and end and protect nothing, any SQL raises.
``queries``   ``Repository``, which is all that one has to write: ``find`` a row, read a ``page``. ``RowQuerySet`` is
              the QuerySet that the admin gets to see; what a repository cannot do, it refuses instead of emulating.
``cursors``   where the next page begins, sealed for the list that it was made for.
``forms``     ``RowForm``: remembers what its reader saw, and shows refusals beside the fields.
``lists``     ``RowChangeList``: pages with cursors; no counts, no offsets, no orders but the repository's own.
``sites``     ``RowAdmin`` and ``RowSite``: Django's ModelAdmin and AdminSite, with the places overridden where they
              would reach for SQL, and refusals answered as pages.

The models that the admin shows are *presentation*: unmanaged Django models without a table. They carry a row from a
repository to a page, and a form's values back. ``RowAdmin.save_model`` and its siblings hand those to whoever really
writes; a ``ValidationError`` from there goes back into the form.
"""
