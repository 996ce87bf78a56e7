"""When a delivery is tried again, and when it is given up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from models_app.domain import clock
from models_app.domain.deliveries import PAUSES, TRIED_FOR, Delivery, Outcome, next_try
from models_app.domain.teams import TeamSlug

NOW = clock.now()
FIRST = Delivery(
    id="1",
    team=TeamSlug("payments"),
    webhook="2",
    body="{}",
    created_at=NOW,
    tries=1,
    due_at=NOW + timedelta(minutes=1),
)
FAILED = Outcome.answered(500, "")


def test_the_pauses_grow_and_fill_a_day() -> None:
    tried = [NOW]
    delivery: Delivery | None = FIRST
    while delivery is not None:
        due = next_try(delivery, FAILED, at=tried[-1])
        delivery = replace(delivery, tries=delivery.tries + 1) if due else None
        tried += [due] if due else []

    pauses = [later - earlier for earlier, later in pairwise(tried)]
    assert pauses == sorted(pauses) == list(PAUSES)
    assert timedelta(hours=23) < tried[-1] - NOW <= TRIED_FOR


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(status: int) -> None:
    assert next_try(FIRST, Outcome.answered(status, ""), at=NOW) == NOW + PAUSES[0]


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404, 410, 422])
def test_what_will_not_pass_is_given_up_at_once(status: int) -> None:
    assert next_try(FIRST, Outcome.answered(status, ""), at=NOW) is None


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_a_2xx_says_that_it_was_taken(status: int) -> None:
    assert Outcome.answered(status, "").error is None


def test_who_asks_to_wait_longer_is_left_alone_for_longer() -> None:
    outcome = Outcome.answered(503, "", timedelta(hours=3))

    assert next_try(FIRST, outcome, at=NOW) == NOW + timedelta(hours=3)


def test_who_asks_to_come_sooner_is_not_heard() -> None:
    assert next_try(FIRST, Outcome.answered(503, "", timedelta(seconds=1)), at=NOW) == NOW + PAUSES[0]


def test_who_asks_to_wait_for_days_is_told_no_more() -> None:
    assert next_try(FIRST, Outcome.answered(503, "", timedelta(days=2)), at=NOW) is None


def test_neither_url_nor_body_nor_secret_is_in_a_repr() -> None:
    assert "{}" not in repr(FIRST)
