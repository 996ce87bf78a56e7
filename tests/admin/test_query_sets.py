"""The QuerySet over a repository refuses what a repository cannot do, loudly; it never answers with other rows."""

from __future__ import annotations

from operator import and_, itemgetter, or_, xor

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import NotSupportedError
from django.db.models import Count, Q, QuerySet

from models_app.admin.events import Event
from models_app.admin.teams import Team
from models_app.nodb.queries import RowQuerySet, Rows


class Shelf:
    """A repository of five teams that remembers how it was asked."""

    filters = frozenset({"slug", "created_by"})

    def __init__(self) -> None:
        self.asked: list[tuple[dict[str, str], str]] = []
        self.rows = [Team(slug=f"team-{number}", created_by="ada") for number in range(5)]

    def find(self, key: str) -> Team | None:
        return next((row for row in self.rows if row.slug == key), None)

    def page(self, conditions: dict[str, str], *, prefix: str, limit: int, after: object) -> Rows:
        self.asked.append((dict(conditions), prefix))
        return Rows(self.rows[:limit], limit)


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def rows(shelf):
    return RowQuerySet(Team, shelf)


class TestWhatItCan:
    def test_it_finds_a_row_by_its_key(self, rows):
        assert rows.get(pk="team-1").slug == rows.get(slug="team-1").slug == "team-1"

    def test_a_missing_one_is_missing(self, rows):
        with pytest.raises(Team.DoesNotExist):
            rows.get(pk="none")

    def test_it_reads_pages_narrowed_by_equality_and_prefix(self, rows, shelf):
        found = rows.filter(created_by="ada").filter(Q(slug="x")).starting_with("te").page(limit=2)

        assert ([row.slug for row in found.items], found.next) == (["team-0", "team-1"], 2)
        assert shelf.asked == [({"created_by": "ada", "slug": "x"}, "te")]

    def test_nested_conditions_all_count(self, rows, shelf):
        rows.filter(Q(Q(created_by="ada"), Q(Q(slug="x")))).page(limit=1)

        assert shelf.asked == [({"created_by": "ada", "slug": "x"}, "")]

    def test_two_values_for_one_name_are_met_by_no_row(self, rows, shelf):
        assert rows.filter(slug="a").filter(slug="b").page(limit=5).items == []
        assert shelf.asked == []

    def test_rows_named_by_their_keys_are_iterated_and_counted(self, rows):
        chosen = rows.filter(pk__in=["team-3", "none", "team-1", "team-3"])

        assert [row.slug for row in chosen] == ["team-3", "team-1"]
        assert (len(chosen), bool(chosen), bool(rows.filter(pk__in=[]))) == (2, True, False)
        assert isinstance(chosen, QuerySet)

    def test_narrowing_leaves_the_first_one_as_it_was(self, rows):
        rows.filter(slug="x")

        assert rows.wanted.conditions == {}


class TestWhatItRefuses:
    @pytest.mark.parametrize(
        "condition",
        [
            *({"display_name": "x"}, {"slug__regex": "."}, {"slug__in": []}, {"created_by__isnull": True}),
            *(Q(slug="a") | Q(slug="b"), ~Q(slug="a"), Q(~Q(slug="a")), Q(Q(slug="a") | Q(slug="b"), created_by="c")),
        ],
        ids=str,
    )
    def test_a_condition_that_it_does_not_know(self, rows, condition):
        with pytest.raises(FieldError):
            rows.filter(condition) if isinstance(condition, Q) else rows.filter(**condition)

    @pytest.mark.parametrize("named", [{"created_by": "ada"}, {"pk": "a", "slug": "a"}, {}], ids=str)
    def test_finding_by_anything_but_the_key(self, rows, named):
        with pytest.raises(FieldError):
            rows.get(**named)

    @pytest.mark.parametrize("deed", [list, len, bool, itemgetter(0), itemgetter(slice(0, 5))], ids=str)
    def test_reading_a_list_without_an_end(self, rows, shelf, deed):
        with pytest.raises(NotSupportedError):
            deed(rows)
        assert shelf.asked == []

    @pytest.mark.parametrize("combine", [and_, or_, xor])
    def test_combining_two(self, rows, combine):
        with pytest.raises(NotSupportedError):
            combine(rows, rows)

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            *(("count", []), ("exists", []), ("aggregate", [Count("slug")]), ("annotate", [Count("slug")])),
            *(("order_by", ["slug"]), ("reverse", []), ("distinct", []), ("first", []), ("last", [])),
            *(("latest", ["slug"]), ("values", ["slug"]), ("values_list", ["slug"]), ("only", ["slug"])),
            *(("defer", ["slug"]), ("exclude", [Q(slug="a")]), ("update", []), ("delete", []), ("create", [])),
            *(("select_for_update", []), ("select_related", []), ("none", []), ("raw", ["select 1"]), ("in_bulk", [])),
            *(("union", []), ("bulk_create", [[]]), ("get_or_create", []), ("iterator", []), ("using", ["other"])),
            *(("extra", []), ("dates", ["created_at", "year"]), ("contains", [Team(slug="a")])),
        ],
    )
    def test_everything_else(self, rows, shelf, name, words):
        with pytest.raises(NotSupportedError, match=name):
            getattr(rows, name)(*words)
        assert shelf.asked == []

    def test_whatever_a_query_set_has_is_either_its_own_or_refused(self):
        """A later Django may give QuerySet a new method: it must not reach for SQL from here."""
        inherited = {
            name
            for name, value in vars(QuerySet).items()
            if not name.startswith("_") and callable(value) and name not in vars(RowQuerySet)
        }

        assert inherited == set()

    def test_a_manager_reads_nothing_and_a_row_stores_nothing(self):
        with pytest.raises(NotSupportedError):
            Event.objects.all()
        with pytest.raises(NotSupportedError):
            Team(slug="x").save()
        with pytest.raises(NotSupportedError):
            Team(slug="x").delete()

    def test_django_itself_has_no_sql_to_reach_for(self):
        from django.contrib.admin.models import LogEntry

        with pytest.raises(ImproperlyConfigured, match="no SQL database"):
            LogEntry.objects.count()
