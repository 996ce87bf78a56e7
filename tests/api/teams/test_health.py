import pytest

from tests.callers import Caller
from tests.costs import counted_calls
from tests.identity.outages import dead_engine


def test_anyone_may_ask(payments):
    answer = payments.anonymous.gets("health")

    assert answer.status == 200
    assert answer.body["status"] == "ok"
    assert set(answer.body["dependencies"]) == {"dynamodb"}


def test_it_takes_one_call(payments):
    with counted_calls() as calls:
        payments.anonymous.gets("health")

    assert calls == ["GetItem"]


def test_credentials_do_not_matter_not_even_wrong_ones(payments):
    assert Caller("stranger", "Bearer nonsense").gets("health").status == 200


def test_it_names_nothing_that_only_we_need_to_know(payments):
    said = payments.anonymous.gets("health").raw.decode()

    for secret in ("127.0.0.1", "model-registry", "us-east-1", "version", "python"):
        assert secret not in said.lower()


def test_a_dead_engine_makes_it_503_with_a_time_to_come_back(payments):
    with dead_engine():
        answer = payments.anonymous.gets("health")

    assert (answer.status, answer.body["status"]) == (503, "unavailable")
    assert answer.body["dependencies"]["dynamodb"]["status"] == "unavailable"
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.body["dependencies"]["dynamodb"]["milliseconds"] < 5000


def test_and_it_is_well_again_when_the_engine_is(payments):
    with dead_engine():
        payments.anonymous.gets("health")

    assert payments.anonymous.gets("health").status == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "models", None),
        ("GET", "models/payments.fraud", None),
        ("POST", "teams/payments/tokens", {"name": "ci", "role": "viewer"}),
        ("GET", "teams/payments/members", None),
    ],
)
def test_every_other_call_is_busy_then_and_says_when_to_come_back(payments, method, path, body):
    payments.maintainer.gets("me")

    with dead_engine():
        answer = payments.maintainer.calls(method, path, body)

    assert (answer.status, answer.slug) == (503, "storage-busy")


def test_a_token_that_cannot_be_looked_up_is_busy_and_not_refused(payments):
    with dead_engine():
        answer = payments.viewer.gets("me")

    assert (answer.status, answer.slug) == (503, "storage-busy")
