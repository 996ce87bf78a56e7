"""A team that has a maintainer among its people keeps one, however many go at once. Only administrators empty it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from inline_snapshot import snapshot

from tests.callers import Caller
from tests.identity.people import an_account

MEMBERS = "teams/payments/members"


THE_END = pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", f"{MEMBERS}/ada", None),
        ("PATCH", f"{MEMBERS}/ada", {"role": "contributor"}),
        ("POST", MEMBERS, {"username": "ada", "role": "viewer"}),
    ],
    ids=["removed", "demoted", "added again with less"],
)


@THE_END
def test_the_last_maintainer_cannot_be(payments, method, path, body):
    an_account("ada", payments="maintainer")

    answer = payments.maintainer.calls(method, path, body)

    assert (answer.status, answer.slug) == (409, "last-maintainer")
    assert answer.problem["detail"] == snapshot(
        "ada is the last maintainer of team payments. Make somebody else a maintainer first."
    )
    assert payments.viewer.gets(f"{MEMBERS}/ada").body["role"] == "maintainer"


@THE_END
def test_but_by_an_administrator(payments, method, path, body):
    an_account("ada", payments="maintainer")

    assert payments.admin.calls(method, path, body).status in {200, 204}


def test_so_a_team_that_had_people_can_be_deleted(payments):
    an_account("ada")
    payments.admin.calls("POST", "teams", {"teamId": "fraud-lab"})
    payments.admin.calls("POST", "teams/fraud-lab/members", {"username": "ada", "role": "maintainer"})

    assert payments.admin.calls("DELETE", "teams/fraud-lab/members/ada").status == 204
    assert payments.admin.calls("DELETE", "teams/fraud-lab").status == 204


def test_with_a_second_one_the_first_may_go(payments):
    an_account("ada", payments="maintainer")
    an_account("grace", payments="maintainer")

    assert payments.maintainer.calls("DELETE", f"{MEMBERS}/ada").status == 204
    assert payments.maintainer.calls("DELETE", f"{MEMBERS}/grace").slug == "last-maintainer"


def test_viewers_and_contributors_come_and_go_freely(payments):
    an_account("ada", payments="maintainer")
    an_account("grace", payments="viewer")

    assert payments.maintainer.calls("PATCH", f"{MEMBERS}/grace", {"role": "contributor"}).status == 200
    assert payments.maintainer.calls("DELETE", f"{MEMBERS}/grace").status == 204


def test_of_two_who_go_at_the_same_moment_one_stays(payments):
    names = ["ada", "grace"]
    for name in names:
        an_account(name, payments="maintainer")

    def leave(name: str) -> int:
        caller = Caller("maintainer", payments.maintainer.authorization)
        return caller.calls("DELETE", f"{MEMBERS}/{name}").status

    with ThreadPoolExecutor(2) as threads:
        statuses = sorted(threads.map(leave, names))

    assert statuses == [204, 409]
    assert len(payments.viewer.gets(MEMBERS).body["results"]) == 1
