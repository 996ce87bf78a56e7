"""A small registry in which every request finds something to do; and how to get it back as it was."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from models_app.services.tokens import forget_tokens
from models_app.storage.table import RegistryItem
from tests.admin.people import Administrator, an_administrator
from tests.callers import Answer, Cast
from tests.engine import Engine
from tests.identity.people import an_account
from tests.mlflow.test_addresses import asks
from tests.mlflow.test_webhooks import makes
from tests.web.visitors import Visitor

TABLE = RegistryItem.Meta.table_name
BATCH = 25

Rows = dict[tuple[str, str], dict[str, Any]]


@dataclass(frozen=True)
class World:
    """The teams payments and vision, with one of everything.

    In payments, ``fraud`` has versions 1, which runs and has an alias, 2, which ran before, 3, which is deleted, and 4,
    which nothing holds; ``spare`` may be renamed and deleted, ``gone`` restored. The team lab is empty. Vision's model
    came over MLflow's client.
    """

    cast: Cast
    ada: Visitor
    root: Administrator
    deployment: str
    token: str
    webhook: str
    event: str
    receiver: str


def a_world(payments: Cast, *, receiver: str, **registered: Any) -> World:
    """Make it, as people would; ``receiver`` is where webhooks lead, ``registered`` what payments' versions hold."""
    team = payments.maintainer
    for version in ("1", "2", "3", "4"):
        _done(team.registers("fraud", version=version, **registered))
    _done(team.deletes("payments.fraud", "3"))
    for version in ("2", "1"):
        _done(team.reports(team.deploys("payments.fraud", version, environment="dev"), "SUCCEEDED"))
    _done(team.moves("payments.fraud", "champion", "1"))
    deployment = _done(team.deploys("payments.fraud", "1", environment="test")).body["deploymentId"]
    for model in ("spare", "gone"):
        _done(team.registers(model, version="1", **registered))
    _done(team.deletes_model("payments.gone"))
    _done(payments.admin.calls("POST", "teams", {"teamId": "lab"}))
    token = _done(team.calls("POST", "teams/payments/tokens", {"name": "nightly", "role": "viewer"})).body["tokenId"]
    event = payments.viewer.gets("models/payments.fraud/events").body["results"][0]["eventId"]

    outsider = payments.outsider
    tags = [{"key": "there", "value": "x"}]
    _done(asks(outsider, "POST", "registered-models/create", {"name": "fraud", "tags": tags}))
    for number in (1, 2):
        version = {"name": "fraud", "source": f"s3://models/{number}", "tags": tags}
        _done(asks(outsider, "POST", "model-versions/create", version))
    alias = {"name": "fraud", "version": "1", "alias": "first"}
    _done(asks(outsider, "POST", "registered-models/alias", alias))
    webhook = _done(makes(outsider, receiver)).body["webhook"]["webhook_id"]

    for name, roles in {"bob": {}, "eve": {"payments": "viewer"}}.items():
        an_account(name, **roles)
    ada = Visitor.signed_in("ada", payments="maintainer")
    return World(payments, ada, an_administrator(), deployment, token, webhook, event, receiver)


class Kept:
    """The rows as they are now."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.rows = self._rows()

    def restore(self) -> None:
        """Have them so again, and forget who is known: the next request asks storage who calls."""
        forget_tokens()
        now = self._rows()
        gone = [{"DeleteRequest": {"Key": _key(row)}} for key, row in now.items() if key not in self.rows]
        back = [{"PutRequest": {"Item": row}} for key, row in self.rows.items() if now.get(key) != row]
        wanted = gone + back
        for first in range(0, len(wanted), BATCH):
            batch = {"RequestItems": {TABLE: wanted[first : first + BATCH]}}
            self.engine.send("BatchWriteItem", json.dumps(batch).encode())

    def _rows(self) -> Rows:
        found = json.loads(self.engine.send("Scan", json.dumps({"TableName": TABLE}).encode()))["Items"]
        return {(row["pk"]["S"], row["sk"]["S"]): row for row in found}


def _key(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("pk", "sk")}


def _done(answer: Answer) -> Answer:
    assert answer.status < 300, answer.body
    return answer
