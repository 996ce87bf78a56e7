"""A QuerySet whose rows come from a repository. It refuses whatever a repository cannot do; it emulates nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NoReturn, Protocol

from django.core.exceptions import FieldError
from django.db import NotSupportedError, models
from django.db.models import Q


@dataclass(frozen=True, slots=True)
class Rows:
    """A page: its rows, and where the next one begins, as the repository understands it. None at the end."""

    items: Sequence[Any]
    next: Any = None


class Repository(Protocol):
    """Where rows come from, on behalf of whoever asks. It shows only what that one may see.

    Attributes:
        filters: the names that ``page`` understands as conditions; others are refused.
    """

    filters: frozenset[str]

    def find(self, key: str) -> Any | None:
        """The row with this primary key, or None."""

    def page(self, conditions: Mapping[str, str], *, prefix: str, limit: int, after: Any) -> Rows:
        """Rows that meet all conditions and whose name begins with ``prefix``, from a place on."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a query set asks for: rows by their keys, or those of a list."""

    conditions: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    keys: tuple[str, ...] | None = None


class RowQuerySet(models.QuerySet[Any]):
    """What the admin takes for a QuerySet.

    It narrows by equality (``filter(team="payments")``), by prefix (``starting_with``) and by keys (``pk__in``), finds
    one row (``get(pk=…)``) and reads pages (``page``). It is iterated only when its keys are named: nothing reads a
    list without an end. Everything else that a QuerySet has raises NotSupportedError.
    """

    def __init__(self, model: Any, repository: Repository, wanted: Wanted | None = None) -> None:
        # Django's own code asks a QuerySet's query for no more than this.
        super().__init__(model=model, query=SimpleNamespace(select_related=True, is_empty=lambda: False))  # type: ignore[arg-type]
        self.repository = repository
        self.wanted = wanted or Wanted()

    def all(self) -> RowQuerySet:
        """The same rows."""
        return self._narrowed()

    def filter(self, *args: Any, **kwargs: Any) -> RowQuerySet:
        """Rows that meet these conditions, too.

        Raises:
            FieldError: a condition that the repository has not; also OR, NOT and every other lookup than equality.
        """
        found = self
        for name, value in (*(pair for q in args for pair in _conditions(q)), *kwargs.items()):
            if name == "pk__in":
                found = found._narrowed(keys=tuple(dict.fromkeys(map(str, value))))
            elif name not in self.repository.filters:
                raise FieldError(f"{self.model.__name__} cannot be narrowed by {name!r}.")
            elif found.wanted.conditions.get(name, value) != value:
                found = found._narrowed(keys=())  # two values at once: no row has both
            else:
                found = found._narrowed(conditions={**found.wanted.conditions, name: value})
        return found

    def starting_with(self, prefix: str) -> RowQuerySet:
        """Rows whose name begins with these characters."""
        return self._narrowed(prefix=prefix)

    def get(self, *args: Any, pk: Any = None, **kwargs: Any) -> Any:
        """The row with a primary key, called ``pk`` or by its own name.

        Raises:
            DoesNotExist: there is none, or it is not for whoever asks.
        """
        given = [key for key in (pk, kwargs.pop(self.model._meta.pk.name, None)) if key is not None]
        if args or kwargs or len(given) != 1:
            raise FieldError(f"{self.model.__name__} is found by its primary key only.")
        found = self.repository.find(str(given[0]))
        if found is None:
            raise self.model.DoesNotExist
        return found

    def page(self, *, limit: int, after: Any = None) -> Rows:
        """Up to so many rows, from a place on."""
        if self.wanted.keys is not None:
            return Rows(self._of_keys())
        return self.repository.page(self.wanted.conditions, prefix=self.wanted.prefix, limit=limit, after=after)

    def _narrowed(self, **changes: Any) -> RowQuerySet:
        old = self.wanted
        wanted = {"conditions": old.conditions, "prefix": old.prefix, "keys": old.keys} | changes
        return RowQuerySet(self.model, self.repository, Wanted(**wanted))

    def _of_keys(self) -> list[Any]:
        return [row for key in self.wanted.keys or () if (row := self.repository.find(key)) is not None]

    def _fetch_all(self) -> None:
        """Where ``for``, ``len`` and ``bool`` of a QuerySet begin."""
        if self.wanted.keys is None:
            raise NotSupportedError("Rows are read by pages, or by their keys: use page() or filter(pk__in=…).")
        if self._result_cache is None:
            self._result_cache = self._of_keys()

    def __getitem__(self, _: Any) -> NoReturn:
        raise NotSupportedError("There are no offsets: use page().")


def _conditions(q: Q) -> list[tuple[str, Any]]:
    """The conditions of a Q in which all must hold, nested ones too."""
    if q.connector != Q.AND or q.negated:
        raise FieldError("Conditions can only be added to each other: there is no OR and no NOT.")
    found: list[tuple[str, Any]] = []
    for child in q.children:
        found += _conditions(child) if isinstance(child, Q) else [child]  # type: ignore[list-item]
    return found


def _refusing(name: str) -> Any:
    def refuse(self: RowQuerySet, *_: Any, **__: Any) -> NoReturn:
        raise NotSupportedError(f"{self.model.__name__} rows come from a repository, which has no {name}().")

    refuse.__name__ = name
    return refuse


# Whatever else a QuerySet can do now or in a later Django is refused by name, not half done.
COMBINING = {"__and__", "__or__", "__xor__"}
for _name, _value in vars(models.QuerySet).items():
    if _name not in vars(RowQuerySet) and callable(_value) and (not _name.startswith("_") or _name in COMBINING):
        setattr(RowQuerySet, _name, _refusing(_name))


class RowManager(models.Manager[Any]):
    """The manager of a presentation model: there is nobody on whose behalf it could read."""

    def get_queryset(self) -> NoReturn:
        """Refuse."""
        raise NotSupportedError("Rows are read on somebody's behalf: ask RowAdmin.get_queryset(request).")


class Row(models.Model):
    """The base of presentation models: a row on its way to a page, and a form's values on their way back."""

    objects = RowManager()

    class Meta:
        abstract = True
        managed = False

    def save(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: a RowAdmin hands the form's values to whoever writes."""
        raise NotSupportedError(f"{type(self).__name__} is a presentation; it is not stored from here.")

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse."""
        raise NotSupportedError(f"{type(self).__name__} is a presentation; it is not deleted from here.")

    def validate_unique(self, exclude: Any = None) -> None:
        """Nothing to ask: who writes refuses a key that is taken, atomically."""
