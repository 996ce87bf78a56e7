"""Pages: as long as asked for, none of them empty without need, and never more than a few queries each."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models_app.domain.pages import FILTERED_BATCH, StartKey
from models_app.storage.pages import MAX_QUERIES, Listing, read_batch, read_page, walk
from models_app.storage.table import MembershipItem, RawItem, RegistryItem
from tests.costs import counted_calls

PARTITION = "TEST#pages"
EVEN = MembershipItem.role == "even"


@pytest.fixture(scope="module")
def shelf(pytestconfig: pytest.Config) -> Iterator[None]:
    """A table with a hundred items in one partition, and in one partition of an index; they are only read."""
    RegistryItem.create_table(wait=True)
    with RegistryItem.batch_write() as batch:
        for number in range(100):
            batch.save(
                MembershipItem(
                    pk=PARTITION,
                    sk=f"{number:03d}",
                    gsi1pk=PARTITION,
                    gsi1sk=f"{number // 2:03d}",  # two share a key of the index
                    rid="x",
                    username=f"{number:03d}",
                    team="x",
                    role="odd" if number % 2 else "even",
                    added_at="x",
                    added_by="x" * (1 if number < 90 else 300_000),
                )
            )
    yield
    RegistryItem.delete_table()


def numbers(items: list[RawItem]) -> list[int]:
    return [int(item["username"]["S"]) for item in items]


def pages_of(listing: Listing, *, limit: int) -> list[list[int]]:
    """Every page of a listing, from the first to the last."""
    return [numbers(list(page.items)) for page in walk(partial(read_page, listing, limit=limit))]


def within(count: int, *, index: str | None = None, newest_first: bool = False, **more: object) -> Listing:
    """The first so many items of the partition."""
    key = MembershipItem.sk if index is None else MembershipItem.gsi1sk
    last = f"{count - 1:03d}" if index is None else f"{(count - 1) // 2:03d}"
    return Listing(partition=PARTITION, index=index, within=key.between("000", last), newest_first=newest_first, **more)  # type: ignore[arg-type]


@pytest.mark.usefixtures("shelf")
class TestAPage:
    """Promised: "The cost of a call does not depend on the size of the registry"."""

    @pytest.mark.parametrize("index", [None, "gsi1"])
    @pytest.mark.parametrize("newest_first", [False, True])
    @given(count=st.integers(1, 40).map(lambda half: half * 2), limit=st.integers(1, 30))
    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_pages_together_are_the_list_once_and_in_order(
        self,
        index: str | None,
        newest_first: bool,  # noqa: FBT001 - a case
        count: int,
        limit: int,
    ) -> None:
        found = pages_of(within(count, index=index, newest_first=newest_first), limit=limit)

        whole = sorted(range(count), reverse=newest_first)
        assert sorted(number for page in found for number in page) == sorted(whole)
        assert index is not None or [number for page in found for number in page] == whole
        assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)
        assert found[-1]

    def test_a_list_that_fills_its_last_page_leads_to_no_empty_one(self) -> None:
        assert [len(page) for page in pages_of(within(20), limit=5)] == [5, 5, 5, 5]

    def test_one_that_is_as_long_as_the_page_has_no_next(self) -> None:
        assert read_page(within(20), limit=20).next is None

    def test_it_costs_one_query(self) -> None:
        with counted_calls() as sent:
            read_page(within(80), limit=50)

        assert sent == ["Query"]

    def test_nothing_found_is_an_empty_page_without_a_next(self) -> None:
        page = read_page(Listing(partition="TEST#nobody"), limit=5)

        assert (page.items, page.next) == ([], None)

    def test_what_is_added_or_gone_elsewhere_moves_nothing(self) -> None:
        page = read_page(within(20), limit=5)
        gone = MembershipItem.from_raw_data(page.items[-1])
        gone.delete()
        try:
            rest = read_page(within(20), limit=50, after=page.next)
        finally:
            gone.save()

        assert numbers(list(rest.items)) == list(range(5, 20))

    def test_items_too_large_for_one_query_fill_a_page_all_the_same(self) -> None:
        """DynamoDB ends a query at 1 MB."""
        large = Listing(partition=PARTITION, within=MembershipItem.sk.between("090", "099"))

        with counted_calls() as sent:
            found = pages_of(large, limit=10)

        assert found == [list(range(90, 100))]
        assert 1 < len(sent) <= MAX_QUERIES


@pytest.mark.usefixtures("shelf")
class TestAFilteredPage:
    @given(limit=st.integers(1, 30), batch=st.none() | st.integers(1, 60))
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_pages_together_are_what_the_filter_leaves(self, limit: int, batch: int | None) -> None:
        found = pages_of(within(80, leaving=EVEN, batch=batch), limit=limit)

        assert [number for page in found for number in page] == list(range(0, 80, 2))
        assert all(len(page) <= limit for page in found)

    def test_its_queries_are_bounded_and_a_short_page_has_a_next(self) -> None:
        nobody = within(80, leaving=MembershipItem.role == "nobody")

        with counted_calls() as sent:
            page = read_page(nobody, limit=5)

        assert sent == ["Query"] * MAX_QUERIES
        assert page.items == []
        assert page.next is not None

    def test_the_end_is_reached_all_the_same(self) -> None:
        assert not any(pages_of(within(80, leaving=MembershipItem.role == "nobody"), limit=5))

    def test_a_larger_batch_finds_the_same_with_fewer_queries(self) -> None:
        with counted_calls() as sent:
            page = read_page(within(80, leaving=EVEN, batch=80), limit=5)

        assert sent == ["Query"]
        assert numbers(list(page.items)) == [0, 2, 4, 6, 8]


@pytest.mark.usefixtures("shelf")
class TestReadingManyAtOnce:
    def test_those_that_exist_are_found(self) -> None:
        keys: list[StartKey] = [{"pk": PARTITION, "sk": f"{number:03d}"} for number in (3, 1, 89)]

        assert sorted(numbers(read_batch([*keys, {"pk": PARTITION, "sk": "nobody"}]))) == [1, 3, 89]

    def test_what_does_not_fit_into_one_answer_is_asked_for_again(self) -> None:
        """DynamoDB hands back the keys that it did not read: more than 16 MB, or throttled."""
        keys: list[StartKey] = [{"pk": PARTITION, "sk": f"{number:03d}"} for number in range(90, 100)]

        assert sorted(numbers(read_batch(keys))) == list(range(90, 100))

    def test_nothing_is_asked_where_nothing_is_wanted(self) -> None:
        with counted_calls() as calls:
            assert read_batch([]) == []

        assert calls == []


def test_the_bound_is_the_published_one() -> None:
    assert (MAX_QUERIES, FILTERED_BATCH) == (4, 250)
