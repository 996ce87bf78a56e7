"""What each call costs: the requests that reach DynamoDB, however large the registry is. One more is a failure."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from models_app.domain.teams import Role
from models_app.services.tokens import forget_tokens
from tests.builders import a_registration
from tests.callers import Caller, Cast, a_person
from tests.costs import counted_calls
from tests.engine import Engine
from tests.tables import kept


@dataclass(frozen=True)
class Library:
    """A team with everything that can be asked for."""

    cast: Cast
    token_id: str
    member: Caller

    def cost(
        self, method: str, path: str, body: object = None, *, who: str = "maintainer", **headers: str
    ) -> list[str]:
        """The calls that a request makes of somebody whose token is known already."""
        caller: Caller = getattr(self.cast, who)
        path = path.format(token=self.token_id)
        if who != "anonymous":
            caller.gets("me")
        with counted_calls() as sent:
            answer = caller.calls(method, path, body, **headers)
        assert answer.status < 300, answer.body
        return sent


@pytest.fixture
def library(engine: Engine, payments: Cast) -> Library:
    """A model with a few versions, an alias, one that runs, some history, a member."""
    token_id = kept(engine, much, payments)
    ada = a_person("ada", roles={"payments": Role.VIEWER, "vision": Role.VIEWER})
    return Library(payments, token_id, ada)


def much(payments: Cast) -> str:
    """All that a library holds but its member; the id of a token."""
    for label in ("1.0.0", "1.2.0", "2.0.0"):
        payments.contributor.registers("fraud", version=label)
    payments.maintainer.moves("payments.fraud", "champion", "1.2.0")
    payments.contributor.describes("payments.fraud", {"tags": {"domain": "cards"}})
    payments.maintainer.reports(payments.maintainer.deploys("payments.fraud", "1.2.0", environment="prod"), "SUCCEEDED")
    return str(payments.contributor.gets("me").body["actor"]).removeprefix("token:")


ONE = "models/payments.fraud"
READS = [
    # Models and versions: no reference costs more than a label.
    (f"{ONE}/1.2.0", ["GetItem"]),
    (f"{ONE}/@champion", ["GetItem"]),
    (f"{ONE}/latest", ["Query"]),
    (ONE, ["Query"]),
    (f"{ONE}?limit=1", ["Query"]),
    (f"{ONE}/versions", ["Query"]),
    (f"{ONE}/versions?limit=2", ["Query"]),
    ("models", ["Query"]),
    ("models?teamId=payments", ["Query"]),
    ("models?ordering=-updatedAt", ["Query"]),
    ("models?framework=sklearn&tag=domain:cards&namePattern=fr", ["Query"]),
    # Aliases, now and then.
    (f"{ONE}/aliases/champion", ["GetItem"]),
    (f"{ONE}/resolve?alias=champion", ["GetItem"]),
    (f"{ONE}/resolve?alias=latest", ["Query"]),
    (f"{ONE}/resolve?alias=champion&at=2999-01-01T00:00:00Z", ["Query", "Query"]),
    (f"{ONE}/resolve?alias=latest&at=2999-01-01T00:00:00Z", ["Query", "Query"]),
    # What runs where, now and then; with no target named, each may be meant.
    (f"{ONE}/resolve?environment=prod", ["GetItem"]),
    (f"{ONE}/resolve?environment=prod&deploymentTarget=EKS", ["GetItem"]),
    (f"{ONE}/resolve?environment=prod&deploymentTarget=EKS&at=2999-01-01T00:00:00Z", ["Query"]),
    (f"{ONE}/resolve?environment=prod&at=2999-01-01T00:00:00Z", ["Query", "Query"]),
    (f"{ONE}/deployments", ["Query"]),
    (f"{ONE}/deployments?environment=prod&deploymentTarget=EKS", ["Query"]),
    (f"{ONE}/1.2.0/deployments", ["Query"]),
    (f"{ONE}/@champion/deployments", ["GetItem", "Query"]),
    ("deployments", ["Query"]),
    ("deployments?environment=prod", ["Query"]),
    # History.
    (f"{ONE}/events", ["Query"]),
    ("events", ["Query"]),
    # Teams, members, tokens.
    ("teams", ["BatchGetItem"]),
    ("teams/payments", ["GetItem"]),
    ("teams/payments/members", ["Query"]),
    ("teams/payments/members/ada", ["GetItem"]),
    ("teams/payments/tokens", ["Query"]),
    ("teams/payments/tokens/{token}", ["GetItem"]),
    # The caller.
    ("me", []),
]


class TestReads:
    @pytest.mark.parametrize(("path", "calls"), READS, ids=[path for path, _ in READS])
    def test_each_is_one_call_or_as_few_as_it_takes(self, library: Library, path: str, calls: list[str]) -> None:
        assert library.cost("GET", path) == calls

    def test_a_reader_who_has_it_already_pays_no_more(self, library: Library) -> None:
        etag = library.cast.viewer.reads("payments.fraud", "1.2.0").etag
        with counted_calls() as sent:
            assert library.cast.viewer.reads("payments.fraud", "1.2.0", if_none_match=etag).status == 304

        assert sent == ["GetItem"]

    def test_a_further_page_is_one_call(self, library: Library) -> None:
        library.cast.contributor.registers("churn")
        library.cast.maintainer.deploys("payments.fraud", "1.0.0", environment="test")
        for path in ("models", f"{ONE}/versions", f"{ONE}/deployments", f"{ONE}/events", "events"):
            following = library.cast.viewer.lists(path, limit=1).body["next"]
            with counted_calls() as sent:
                assert library.cast.viewer.gets(following).status == 200
            assert sent == ["Query"], path

    def test_a_list_over_several_teams_is_one_call_a_team(self, library: Library) -> None:
        for query in ("", "?ordering=-updatedAt"):
            with counted_calls() as sent:
                assert library.member.gets(f"models{query}").status == 200

            assert sent == ["Query", "Query", "Query"], "the session's user with all roles, then each team"

    def test_health_asks_each_dependency_once(self, library: Library) -> None:
        assert len(library.cost("GET", "health", who="anonymous")) == 1

    def test_what_is_refused_for_want_of_a_role_costs_nothing(self, library: Library) -> None:
        for known in (library.cast.viewer, library.cast.contributor, library.cast.outsider):
            known.gets("me")
        with counted_calls() as sent:
            assert library.cast.viewer.registers("fraud", version="9").status == 403
            assert library.cast.viewer.deletes("payments.fraud", "1.0.0").status == 403
            assert library.cast.outsider.reads("payments.fraud", "1.0.0").status == 404
            assert library.cast.outsider.lists("models", teamId="payments").status == 404
            assert library.cast.contributor.registers("fraud", framework="abacus").status == 400
            assert library.cast.anonymous.lists("models").status == 401

        assert sent == []


WRITES = [
    ("registering with the highest label", "POST", "models", a_registration(version="3.0.0"), 1),
    ("registering a new model with a label", "POST", "models", a_registration(modelName="new", version="1"), 1),
    ("registering without a label", "POST", "models", a_registration(modelName="numbered"), 2),
    ("registering a lower label", "POST", "models", a_registration(version="1.1.0"), 2),
    ("registering the same again", "POST", "models", a_registration(version="1.2.0"), 1),
    ("patching a version", "PATCH", f"{ONE}/1.0.0", {"description": "x"}, 2),
    ("patching a version behind an alias", "PATCH", f"{ONE}/@champion", {"description": "x"}, 2),
    ("patching without a change", "PATCH", f"{ONE}/1.0.0", {}, 1),
    ("replacing a version", "PUT", f"{ONE}/1.0.0", {"deploymentTarget": "Lambda"}, 2),
    ("describing a model", "PATCH", ONE, {"description": "x"}, 2),
    ("deleting a version", "DELETE", f"{ONE}/1.0.0", None, 2),
    ("deleting the highest version", "DELETE", f"{ONE}/2.0.0", None, 3),
    ("asking what a deletion would do", "DELETE", f"{ONE}/1.0.0?dryRun=true", None, 1),
    ("restoring what is there", "POST", f"{ONE}/1.0.0/restore", None, 1),
    ("making an alias", "PUT", f"{ONE}/aliases/challenger", {"version": "1.0.0"}, 2),
    ("moving an alias", "PUT", f"{ONE}/aliases/champion", {"version": "1.0.0"}, 2),
    ("moving an alias to where it is", "PUT", f"{ONE}/aliases/champion", {"version": "1.2.0"}, 1),
    ("removing an alias", "DELETE", f"{ONE}/aliases/champion", None, 2),
]


class TestWrites:
    @pytest.mark.parametrize(
        ("method", "path", "body", "count"), [write[1:] for write in WRITES], ids=[write[0] for write in WRITES]
    )
    def test_each_is_one_transaction_and_what_it_must_read_before(
        self, library: Library, method: str, path: str, body: object, count: int
    ) -> None:
        sent = library.cost(method, path, body)

        assert len(sent) == count, sent

    def test_a_registration_with_a_label_is_one_transaction_and_nothing_else(self, library: Library) -> None:
        assert library.cost("POST", "models", a_registration(version="3.0.0")) == ["TransactWriteItems"]

    def test_one_without_looks_first_which_number_is_next(self, library: Library) -> None:
        for _ in range(3):
            sent = library.cost("POST", "models", a_registration(modelName="numbered"))
            assert sent == ["GetItem", "TransactWriteItems"]

    def test_the_first_one_after_labels_by_hand_takes_no_more(self, library: Library) -> None:
        assert library.cost("POST", "models", a_registration()) == ["GetItem", "TransactWriteItems"]

    @pytest.mark.parametrize("label", ["3.0.0", None])
    def test_an_idempotency_key_costs_no_call(self, library: Library, label: str | None) -> None:
        body = a_registration(modelName="new", version=label)

        sent = library.cost("POST", "models", body, idempotency_key="a")

        assert sent == ["GetItem", "TransactWriteItems"][-1 if label else 0 :]

    def test_nor_does_the_same_key_again(self, library: Library) -> None:
        body = a_registration(version="3.0.0")
        library.cost("POST", "models", body, idempotency_key="a")

        assert library.cost("POST", "models", body, idempotency_key="a") == ["TransactWriteItems"]

    def test_a_rollback_reads_the_model_and_the_earlier_deployment_besides(self, library: Library) -> None:
        for label in ("1.0.0", "1.2.0"):
            asked = library.cast.maintainer.deploys("payments.fraud", label)
            library.cast.maintainer.reports(asked, "SUCCEEDED")

        sent = library.cost("POST", f"{ONE}/rollback", {"deploymentTarget": "EKS"}, idempotency_key="a")

        assert sent == ["GetItem", "BatchGetItem", "TransactWriteItems"]

    def test_restoring_is_a_read_and_a_transaction(self, library: Library) -> None:
        library.cast.maintainer.deletes("payments.fraud", "1.0.0")

        assert library.cost("POST", f"{ONE}/1.0.0/restore") == ["BatchGetItem", "TransactWriteItems"]


class TestTokens:
    def test_one_that_the_process_does_not_know_yet_costs_one_call(self, library: Library) -> None:
        forget_tokens()
        with counted_calls() as first:
            library.cast.viewer.gets("me")
        with counted_calls() as second:
            library.cast.viewer.gets("me")

        assert (first, second) == (["GetItem"], [])

    @pytest.mark.parametrize("text", ["mr_x", "mr_000000000000_0000000000000000000000000000000000AA", "nonsense", ""])
    def test_one_that_cannot_be_right_costs_none(self, library: Library, text: str) -> None:
        with counted_calls() as sent:
            assert Caller("somebody", f"Bearer {text}").gets("me").status == 401

        assert sent == []


class TestSize:
    @pytest.mark.parametrize(
        "path",
        [
            *(f"{ONE}/latest", f"{ONE}/1.2.0", ONE, "models", f"{ONE}/resolve?alias=latest"),
            *(f"{ONE}/resolve?environment=prod", f"{ONE}/deployments"),
        ],
    )
    def test_the_cost_does_not_grow_with_the_registry(self, library: Library, path: str) -> None:
        before = library.cost("GET", path)
        for number in range(60):
            library.cast.contributor.registers("fraud")
            library.cast.contributor.registers(f"other-{number}", version="1")

        assert library.cost("GET", path) == before
