"""What calls of a usual size cost in DynamoDB, as the engine tells it by the rules by which AWS bills."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from models_app import jobs
from models_app.domain.rates import RatePolicy
from models_app.outbox import relay
from models_app.services.rates import Limiter
from models_app.services.tokens import forget_tokens
from models_app.storage.metering import metered
from models_app.storage.table import MODEL, connection
from tests.builders import SIGNATURE
from tests.callers import Answer, Cast
from tests.identity.people import an_account, signed_in

VERSIONS = 10
MODELS = 25


@dataclass(frozen=True)
class Cost:
    """One operation: what it is, and what it took."""

    what: str
    calls: int
    read_units: float
    write_units: float


@dataclass
class Meter:
    """Measures one operation after the other."""

    costs: list[Cost] = field(default_factory=list)

    def measure(self, what: str, operation: Callable[[], Any]) -> Any:
        """Do it once, and note its cost."""
        with metered() as taken:
            outcome = operation()
        assert not isinstance(outcome, Answer) or outcome.status < 300, outcome.body
        self.costs.append(Cost(what, taken.calls, taken.read_units, taken.write_units))
        return outcome


def a_usual_version(**different: Any) -> dict[str, Any]:
    """What a training job registers: about a kilobyte and a half as it is kept."""
    return {
        "description": "Gradient boosted trees over the last ninety days of transactions, trained by the weekly job.",
        "metrics": {"auc": 0.9312, "precision": 0.871, "recall": 0.802, "logLoss": 0.211},
        "tags": {"env": "prod", "domain": "cards", "owner": "risk", "commit": "9f1c3a7d"},
        "metadata": {"trainingJob": "weekly-2026-47", "rows": 48210993, "seconds": 5412, "features": 211},
        "signature": SIGNATURE,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "sizeBytes": 52428800,
        "frameworkVersion": "1.5.2",
    } | different


def requests(cast: Cast) -> list[Cost]:  # noqa: PLR0915 - a list
    """Every kind of request, of callers whose tokens are known already."""
    meter = Meter()
    who = cast.maintainer
    number = iter(range(1000))

    def registers(model: str, **different: Any) -> Answer:
        return who.registers(model, **a_usual_version(**different))

    def label() -> str:
        return f"2.{next(number):03}.0"

    for each in range(MODELS - 1):
        registers(f"other-{each:02}", version="1.0.0")
    who.gets("me")
    measure = meter.measure
    measure("Register: the first version of a model", lambda: registers("fraud", version="1.0.0"))
    for _ in range(VERSIONS - 2):
        registers("fraud", version=label())
    measure("Register: with a label", lambda: registers("fraud", version=label()))
    registers("numbered")
    measure("Register: the next number", lambda: registers("numbered"))
    measure("Register: with an Idempotency-Key", lambda: registers("other-01", version="2.0.0", key="run-4711"))
    measure("Register: the same once more", lambda: registers("other-01", version="2.0.0"))
    one, version = "payments.fraud", "2.000.0"
    measure("Move an alias: new", lambda: who.moves(one, "champion", version))
    measure("Move an alias: from another version", lambda: who.moves(one, "champion", "2.001.0"))
    measure("Read a version by its label", lambda: who.reads(one, version))
    measure("Read `@champion`", lambda: who.reads(one, "@champion"))
    measure("Read `latest`", lambda: who.reads(one, "latest"))
    measure(f"Read a model with {VERSIONS} versions", lambda: who.reads(one))
    measure(f"List models, {MODELS} a page", lambda: who.lists("models", limit=MODELS))
    measure("List models, filtered by a tag", lambda: who.lists("models", limit=MODELS, tag="env:prod"))
    measure("History of a model, 20 events", lambda: who.lists(f"models/{one}/events", limit=20))
    measure("What an alias meant at a time", lambda: who.resolves(one, alias="champion", at="2040-01-01T00:00:00Z"))
    measure("Update a version", lambda: who.patches(one, "2.005.0", {"tags": {"env": "test"}}))
    measure("Update a version that has an alias", lambda: who.patches(one, "2.001.0", {"tags": {"env": "test"}}))
    measure("Describe a model", lambda: who.describes(one, {"description": "Finds fraud."}))
    measure("Plan a deployment", lambda: who.plans(one, version, environment="prod"))
    asked = measure("Request a deployment", lambda: who.deploys(one, version, environment="prod"))
    measure("Report its status", lambda: who.reports(asked, "IN_PROGRESS"))
    measure("Report its success", lambda: who.reports(asked, "SUCCEEDED"))
    second = who.deploys(one, "2.002.0", environment="prod")
    measure("Report the success of one that replaces it", lambda: who.reports(second, "SUCCEEDED"))
    measure("Roll back", lambda: who.rolls_back(one, environment="prod"))
    measure("What runs in an environment", lambda: who.resolves(one, environment="prod"))
    measure("Delete a version", lambda: who.deletes(one, "2.006.0"))
    measure("Restore it", lambda: who.restores(one, "2.006.0"))
    measure("Rename a model of one version", lambda: who.renames("payments.other-02", "renamed"))
    measure("Delete a model of one version", lambda: who.deletes_model("payments.other-03"))
    issue = {"name": "ci", "role": "viewer"}
    measure("Issue a token", lambda: who.calls("POST", "teams/payments/tokens", issue))
    an_account("grace", payments="viewer")
    ada = signed_in("ada", payments="maintainer")
    measure("A request in a session: on top", lambda: ada.gets("me"))
    forget_tokens()
    measure("A token that the process does not know: on top", lambda: who.gets("me"))
    limiter = Limiter(RatePolicy(per_second=50, window_seconds=10))
    measure("A lease of permits: on top", lambda: limiter.count("token:9fJ2kQ7vB3xZ"))
    return meter.costs


def kilobytes_of_a_version(cast: Cast) -> float:
    """What one more version of a model keeps in the table and its indexes for good, its event with it."""
    cast.maintainer.registers("fraud", **a_usual_version(version="1.0.0"))
    before = _kilobytes()
    cast.maintainer.registers("fraud", **a_usual_version(version="2.0.0"))
    return _kilobytes() - before


def _kilobytes() -> float:
    """All items and their copies in indexes, as DynamoDB bills them: names, values, and 100 bytes each."""
    total = 0
    for item in connection().scan(consistent_read=True)["Items"]:
        size = 100 + sum(len(name) + len(str(*value.values()).encode()) for name, value in item.items())
        # Nothing stays in the second index but models: events leave it when they are sent.
        total += size * (1 + ("gsi1pk" in item) + ("gsi3pk" in item) + item["sk"]["S"].startswith(MODEL))
    return total / 1000


def events_and_jobs(cast: Cast) -> list[Cost]:
    """What happens beside requests; with a bus that takes all, and nothing else to do."""
    meter = Meter()
    relay.relay()
    cast.maintainer.registers("fraud", **a_usual_version(version="1.0.0"))
    idle, busy = Meter(), Meter()
    busy.measure("", lambda: (relay.relay(), relay.backlog()))
    idle.measure("", lambda: (relay.relay(), relay.backlog()))
    [all_of_it], [nothing] = busy.costs, idle.costs
    more = [all_of_it.calls - nothing.calls, all_of_it.read_units - nothing.read_units]
    meter.costs.append(Cost("The relay sends an event", more[0], more[1], all_of_it.write_units))
    meter.measure("The relay with nothing to send", lambda: (relay.relay(), relay.backlog()))
    meter.measure("The job that delivers webhooks", jobs.deliver_webhooks)
    meter.measure("The job that times deployments out", jobs.time_out_deployments)
    meter.measure("The job that finishes moves", jobs.finish_moves)
    meter.measure("The job that seals the events of two teams, with nothing to seal", jobs.seal_events)
    return meter.costs
