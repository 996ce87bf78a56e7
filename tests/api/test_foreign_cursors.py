"""A cursor is good for its list, its filters and its holder's teams, and for nothing else."""

import random
from urllib.parse import quote, unquote

import pytest

from tests.callers import Caller
from tests.costs import counted_calls
from tests.tables import kept


@pytest.fixture
def cast(engine, payments):
    """Two teams with two models of two versions each."""
    kept(engine, two_of_each, payments)
    return payments


def two_of_each(cast):
    """Models, versions and deployments of both teams."""
    for caller in (cast.contributor, cast.outsider):
        for name in ("first", "second"):
            for version in ("1", "2"):
                caller.registers(name, version=version)
    for caller, team in ((cast.maintainer, "payments"), (cast.outsider, "vision")):
        for target in ("EKS", "Lambda"):
            caller.deploys(f"{team}.first", "1", environment="prod", deploymentTarget=target)


LISTS = {
    "models": "models",
    "models by update": "models?ordering=-updatedAt",
    "versions": "models/{team}.first/versions",
    "model deployments": "models/{team}.first/deployments",
    "model deployments in one place": "models/{team}.first/deployments?environment=prod",
    "model events": "models/{team}.first/events",
    "team events": "events",
    "tokens": "teams/{team}/tokens",
}


def cursor_of(caller, path):
    separator = "&" if "?" in path else "?"
    return caller.gets(f"{path}{separator}limit=1").body["next"].partition("cursor=")[2].partition("&")[0]


def with_cursor(path, cursor):
    return f"{path}{'&' if '?' in path else '?'}cursor={cursor}"


@pytest.mark.parametrize("name", LISTS)
def test_another_teams_is_worth_nothing_in_the_own_list(cast, name):
    theirs = cursor_of(cast.maintainer, LISTS[name].format(team="payments"))

    answer = cast.outsider.gets(with_cursor(LISTS[name].format(team="vision"), theirs))

    assert (answer.status, answer.slug) == (400, "invalid-cursor")


@pytest.mark.parametrize("name", [name for name in LISTS if "{team}" in LISTS[name]])
def test_and_opens_no_door_to_theirs(cast, name):
    theirs = cursor_of(cast.maintainer, LISTS[name].format(team="payments"))

    assert cast.outsider.gets(with_cursor(LISTS[name].format(team="payments"), theirs)).status == 404


@pytest.mark.parametrize("made_for", LISTS)
def test_each_is_good_for_its_own_list_only(cast, made_for):
    cursor = cursor_of(cast.maintainer, LISTS[made_for].format(team="payments"))

    for used_for, path in LISTS.items():
        answer = cast.maintainer.gets(with_cursor(path.format(team="payments"), cursor))
        assert answer.status == (200 if used_for == made_for else 400), used_for


def test_other_filters_make_it_another_list(cast):
    cursor = cursor_of(cast.viewer, "models")

    for query in (
        "framework=onnx",
        "namePattern=first",
        "teamId=payments",
        "tag=x",
        "updatedAfter=2020-01-01T00:00:00Z",
    ):
        assert cast.viewer.gets(f"models?{query}&cursor={cursor}").status == 400


def test_what_the_page_holds_may_change(cast):
    assert cast.viewer.gets(f"models?limit=100&cursor={cursor_of(cast.viewer, 'models')}").status == 200


def test_an_administrators_is_not_a_members(cast):
    cursor = cursor_of(cast.admin, "models?teamId=payments")

    assert cast.viewer.gets(f"models?teamId=payments&cursor={cursor}").status == 400


def test_whoever_left_a_team_cannot_go_on_in_it(cast):
    cursor = cursor_of(cast.viewer, "models")
    stranger = Caller("stranger")

    assert stranger.gets(f"models?cursor={cursor}").status == 401


@pytest.mark.parametrize("added", ["é", "!", "\n", " ", "=", "\0"], ids=ascii)
def test_one_with_something_added_is_none(cast, added):
    good = unquote(cursor_of(cast.viewer, "models"))

    for place in (0, 20, len(good)):
        if added != "=" or place != len(good):
            cursor = quote(good[:place] + added + good[place:])
            assert cast.viewer.gets(f"models?cursor={cursor}").slug == "invalid-cursor"


def test_500_forged_ones_are_refused_without_a_call_and_without_a_row(cast):
    good = unquote(cursor_of(cast.viewer, "models"))
    dice = random.Random(7)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_:.="
    cast.viewer.gets("me")

    with counted_calls() as calls:
        for _ in range(500):
            place = dice.randrange(len(good) - 3)  # at its end base64 has bits that mean nothing
            letter = dice.choice([each for each in alphabet if each != good[place]])
            answer = cast.viewer.gets(f"models?cursor={quote(good[:place] + letter + good[place + 1 :])}")
            assert (answer.status, answer.slug) == (400, "invalid-cursor")

    assert calls == []
