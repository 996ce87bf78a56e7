"""The demo: loaded once, however often it is asked for."""

import json

import pytest

from models_app.management.demo import PASSWORD, TOKENS
from models_app.storage.soundness import _everything
from models_app.storage.table import connection
from tests.callers import Caller
from tests.commands.shell import run
from tests.costs import counted_calls
from tests.identity.people import Browser


@pytest.fixture
def tokens(table, tmp_path):
    """Where the demo's tokens are kept."""
    path = tmp_path / "tokens.json"
    assert run("prepare_local", "--demo", "--tokens", str(path)).code == 0
    return path


def rows():
    return sorted(json.dumps(row, sort_keys=True, default=str) for row in _everything())


def test_there_are_people_teams_models_and_a_token_of_each_kind(tokens):
    kept = json.loads(tokens.read_text())

    assert set(kept) == set(TOKENS)
    for name, text in kept.items():
        me = Caller(name, f"Bearer {text}").gets("me").body
        expected = name.partition("-")
        roles = [] if name == "admin" else [{"teamId": expected[0], "role": expected[2]}]
        assert (me["teams"], me["isPlatformAdmin"]) == (roles, name == "admin")
    assert len(Caller("viewer", f"Bearer {kept['payments-viewer']}").finds()) > 0
    assert Caller("sandbox", f"Bearer {kept['sandbox-maintainer']}").finds() == []
    assert Browser("ada").signs_in("ada", PASSWORD).status_code == 302


def test_a_second_time_it_changes_nothing_and_keeps_the_tokens(tokens):
    before, kept, written = rows(), tokens.read_bytes(), tokens.stat().st_mtime_ns

    assert run("prepare_local", "--demo", "--tokens", str(tokens)).code == 0

    assert rows() == before
    assert (tokens.read_bytes(), tokens.stat().st_mtime_ns) == (kept, written)


@pytest.mark.parametrize("writes", [0, 1, 2, 5, 9, 15, 30])
def test_an_interrupted_load_is_completed_by_the_next(table, tmp_path, writes):
    left = iter(range(writes))

    def interrupt(**_):
        if next(left, None) is None:
            raise KeyboardInterrupt

    emitter = connection().connection.client.meta.events
    emitter.register("before-send.dynamodb.TransactWriteItems", interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            run("prepare_local", "--demo")
    finally:
        emitter.unregister("before-send.dynamodb.TransactWriteItems", interrupt)

    path = tmp_path / "tokens.json"
    assert run("prepare_local", "--demo", "--tokens", str(path)).code == 0

    kept = json.loads(path.read_text())
    assert set(kept) == set(TOKENS)
    assert len(Caller("viewer", f"Bearer {kept['payments-viewer']}").finds()) > 0
    assert Browser("newcomer").signs_in("newcomer", PASSWORD).status_code == 302


def test_only_the_owner_reads_the_tokens(tokens):
    assert tokens.stat().st_mode & 0o077 == 0


def test_a_lost_or_revoked_token_is_replaced_and_the_others_stay(tokens):
    kept = json.loads(tokens.read_text())
    maintainer = Caller("maintainer", f"Bearer {kept['payments-maintainer']}")
    maintainer.calls("DELETE", f"teams/payments/tokens/{kept['payments-viewer'][3:15]}")
    tokens.write_text(json.dumps({name: text for name, text in kept.items() if name != "admin"}))

    run("prepare_local", "--demo", "--tokens", str(tokens))

    fresh = json.loads(tokens.read_text())
    assert {name for name in TOKENS if fresh[name] != kept.get(name)} == {"admin", "payments-viewer"}
    assert Caller("viewer", f"Bearer {fresh['payments-viewer']}").gets("me").status == 200


def test_without_the_demo_there_is_the_table_and_nothing_in_it(table):
    assert run("prepare_local").code == 0
    assert rows() == []


def test_on_aws_it_refuses_to_do_anything(table, settings):
    settings.IS_LOCAL = False

    with counted_calls() as calls:
        said = run("prepare_local", "--demo")

    assert (said.code, calls) == (1, [])
    assert said.error == "This is for local registries; on AWS the stack makes the table."
