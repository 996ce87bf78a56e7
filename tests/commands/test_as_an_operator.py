"""Commands as they are typed: in a process of their own. Whatever goes wrong, no traceback comes out."""

import pytest

from tests.commands.shell import run_apart
from tests.engine import free_port

MISTAKES = {
    "a team taken": (["create_team", "payments"], 5),
    "a team that is nowhere": (["create_token", "nowhere", "--name", "ci"], 4),
    "a lifetime beyond all bounds": (["create_token", "payments", "--name", "ci", "--days", "99999999999"], 2),
    "an unknown role": (["create_token", "payments", "--name", "ci", "--role", "owner"], 2),
    "a weak password": (["create_user", "ada"], 2),
}
AWAY = {
    "create_team": ["create_team", "lab"],
    "registry_fsck": ["registry_fsck"],
    "createsuperuser": ["createsuperuser", "--noinput", "--username", "root", "--email", "x@example.org"],
    "changepassword": ["changepassword", "ada"],
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_sentence_on_standard_error_and_an_exit_code(payments, mistake):
    words, code = MISTAKES[mistake]

    said = run_apart(*words, typed="short\n")

    assert said.code == code
    assert said.out == ""
    assert "Traceback" not in said.error
    assert said.error.strip()


@pytest.mark.parametrize("command", AWAY)
def test_without_storage_it_is_busy_and_says_so(payments, command, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a-long-enough-password")

    said = run_apart(*AWAY[command])

    assert said.code == 6
    assert "Traceback" not in said.error


def test_a_token_can_be_piped(payments):
    said = run_apart("create_token", "payments", "--name", "ci")

    assert said.code == 0
    assert said.out.startswith("mr_")
    assert len(said.out) == len(said.out.strip()) + 1
