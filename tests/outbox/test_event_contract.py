"""Promised: "JSON Schema for each detail-type under docs/events/, validated against everything that is published"."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError

from models_app.domain.actors import command_line
from models_app.domain.aliases import NAME as ALIAS
from models_app.domain.aliases import AliasName
from models_app.domain.deployments import (
    MAX_DETAIL_CHARACTERS,
    MOVES,
    REPORTABLE,
    DeploymentStatus,
    EnvironmentName,
    Reason,
)
from models_app.domain.errors import RegistryError
from models_app.domain.events import SCHEMA_VERSION, Event, EventKind
from models_app.domain.frameworks import Framework, Target
from models_app.domain.labels import LABEL, VersionLabel
from models_app.domain.models import NAME, ModelId
from models_app.domain.teams import SLUG, Role, TeamSlug
from models_app.storage.events import item
from models_app.storage.table import connection
from models_app.storage.transactions import commit
from tests import event_contract
from tests.callers import Cast, a_person
from tests.commands.shell import run
from tests.event_contract import FILES, schemas
from tests.mlflow.test_webhooks import asks, makes
from tests.outbox.acts import deploys
from tests.outbox.buses import PlayedBus
from tests.outbox.receivers import listening
from tests.proof.figures import controls, proves

INBOUND = "DeploymentStatusReported"
KINDS = [*(kind.value for kind in EventKind), INBOUND]
EVERY_FILE = sorted(FILES.glob("*/*.json"))
LISTED = FILES / "published.sha256"


def schema_of(kind: str) -> dict[str, Any]:
    """The newest schema of a kind."""
    newest: dict[str, Any] = json.loads(schemas(kind)[-1].read_text())
    return newest


def live_through_everything(cast: Cast) -> None:
    """A life with an event of every kind, through the public door."""
    sandbox, fraud = "teams/sandbox", "payments.fraud"
    for version in ("1.0.0", "1.1.0"):
        cast.contributor.registers("fraud", version=version, metrics={"auc": 0.93}, tags={"owner": "risk"})
    cast.contributor.patches(fraud, "1.1.0", {"description": "Trained on October"})
    cast.contributor.describes(fraud, {"tags": {"owner": "risk"}})
    cast.contributor.calls("POST", "/api/2.0/mlflow/registered-models/create", {"name": "churn"})
    cast.maintainer.renames("payments.churn", "leavers")
    cast.maintainer.deletes_model("payments.leavers")
    cast.maintainer.restores_model("payments.leavers")
    cast.maintainer.moves(fraud, "champion", "1.0.0")
    cast.maintainer.moves(fraud, "champion", "1.1.0")
    cast.maintainer.removes(fraud, "champion")
    for version in ("1.0.0", "1.1.0"):
        deployment = deploys(cast, version=version)
        cast.maintainer.reports(deployment, "IN_PROGRESS")
        cast.maintainer.reports(deployment, "SUCCEEDED", detail="revision 7 is ready")
    cast.contributor.registers("fraud", version="2.0.0")
    cast.maintainer.deletes(fraud, "2.0.0")
    cast.maintainer.restores(fraud, "2.0.0")
    cast.admin.calls("POST", "teams", {"teamId": "sandbox"})
    cast.admin.calls("PATCH", sandbox, {"displayName": "Sandbox"})
    ada = a_person("ada", roles={})
    cast.admin.calls("POST", f"{sandbox}/members", {"username": "ada", "role": "viewer"})
    cast.admin.calls("PATCH", f"{sandbox}/members/ada", {"role": "contributor"})
    cast.admin.calls("DELETE", f"{sandbox}/members/ada")
    ada.client.logout()
    issued = cast.admin.calls("POST", f"{sandbox}/tokens", {"name": "ci", "role": "viewer"})
    cast.admin.calls("DELETE", f"{sandbox}/tokens/{issued.body['tokenId']}")
    cast.admin.calls("DELETE", sandbox)
    with listening() as receiver:
        made = makes(cast.maintainer, receiver.url).body["webhook"]["webhook_id"]
        asks(cast.maintainer, "PATCH", f"webhooks/{made}", {"status": "DISABLED", "secret": "another"})
        asks(cast.maintainer, "DELETE", f"webhooks/{made}")


class TestEverythingThatIsPublished:
    @pytest.mark.proof
    def test_every_kind_is_what_its_schema_says(self, payments: Cast, played: PlayedBus) -> None:
        live_through_everything(payments)
        run("relay_events")

        published = [entry for call in played.calls for entry in call.entries]
        assert {entry["DetailType"] for entry in published} == set(EventKind)
        for entry in published:
            event_contract.check(entry["DetailType"], json.loads(entry["Detail"]))
        figure = f"{len(published)} events of all {len(EventKind)} kinds"
        proves("what is published is what its JSON Schema says", figure, target="every kind", holds=True)

    @pytest.mark.proof
    def test_what_differs_is_caught_at_the_end_of_a_test(self, table: None) -> None:
        event = Event.record(EventKind.TEAM_UPDATED, by=command_line(), team=TeamSlug("payments"), data={"to": "x"})
        commit([], event=event)

        with pytest.raises(ValidationError, match="'changes' is a required property"):
            event_contract.check_committed()
        name = "what is published is what its JSON Schema says"
        controls(name, "one without a field: noticed", target="noticed", holds=True)
        connection().delete_item(item(event).pk, item(event).sk)

    def test_an_event_of_an_unknown_version_is_caught(self) -> None:
        with pytest.raises(AssertionError, match="no schema"):
            event_contract.check("AliasMoved", {"schemaVersion": SCHEMA_VERSION + 1})


class TestTheSchemas:
    def test_there_is_one_for_each_kind_in_the_version_that_events_carry(self) -> None:
        assert {path.parent.name for path in EVERY_FILE} == set(KINDS)
        assert all((FILES / kind / f"{SCHEMA_VERSION}.json").exists() for kind in EventKind)

    @pytest.mark.parametrize("path", EVERY_FILE, ids=lambda path: f"{path.parent.name}/{path.stem}")
    def test_one_is_a_valid_schema_whose_name_says_what_it_is(self, path: Path) -> None:
        schema = json.loads(path.read_text())

        Draft202012Validator.check_schema(schema)
        assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
        assert schema["$id"] == f"urn:model-registry:{path.parent.name}:{path.stem}"

    @pytest.mark.parametrize("path", EVERY_FILE, ids=lambda path: f"{path.parent.name}/{path.stem}")
    def test_one_takes_its_example_with_more_in_it_and_not_with_less(self, path: Path) -> None:
        schema = json.loads(path.read_text())
        validator = Draft202012Validator(schema)
        [example] = schema["examples"]

        validator.validate(example)
        validator.validate(example | {"new": 1, "data": example.get("data", {}) | {"new": 1}})
        for smaller in without_each(example, schema):
            assert not validator.is_valid(smaller), smaller

    @pytest.mark.parametrize("kind", list(EventKind))
    def test_one_names_the_fields_that_the_documentation_names(self, kind: EventKind) -> None:
        section = (FILES.parent / "events.md").read_text().split(f"\n### {kind.value}\n")[1].partition("\n#")[0]
        rows = re.findall(r"^\| (`.+?`) \|", section, re.MULTILINE)

        told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
        assert told == set(schema_of(kind)["properties"]["data"].get("properties", {}))


def without_each(example: dict[str, Any], schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The example without each of the fields that it must have, of its own and of its data."""
    for name in schema["required"]:
        yield {key: value for key, value in example.items() if key != name}
    data = schema["properties"].get("data", {})
    for name in data.get("required", []):
        yield example | {"data": {key: value for key, value in example["data"].items() if key != name}}


class TestPublishedFiles:
    def test_each_is_listed_and_none_has_changed(self) -> None:
        """Promised: "old schema files never change". Never mend a digest here: write the next version of the schema."""
        lines = [line.split("  ") for line in LISTED.read_text().splitlines()]
        listed = {name: digest for digest, name in lines}

        assert len(listed) == len(lines)
        assert listed == {
            str(path.relative_to(FILES)): hashlib.sha256(path.read_bytes()).hexdigest() for path in EVERY_FILE
        }


ENVELOPE = schema_of("DeploymentRequested")["properties"]
DATA = ENVELOPE["data"]["properties"]


class TestPatterns:
    """They take what the domain takes, and refuse what it refuses."""

    @pytest.mark.parametrize(
        ("schema", "parse", "pattern"),
        [
            pytest.param(ENVELOPE["teamId"], TeamSlug.parse, SLUG, id="team"),
            pytest.param(ENVELOPE["version"], VersionLabel.parse, LABEL, id="version"),
            pytest.param(DATA["environment"], EnvironmentName.parse, EnvironmentName.FORM, id="environment"),
            pytest.param(
                ENVELOPE["modelId"], ModelId.parse, re.compile(rf"{SLUG.pattern}\.{NAME.pattern}"), id="model"
            ),
            pytest.param(
                schema_of("AliasMoved")["properties"]["data"]["properties"]["alias"], AliasName.parse, ALIAS, id="alias"
            ),
        ],
    )
    @given(data=st.data())
    def test_what_the_domain_takes_is_valid(
        self, schema: dict[str, Any], parse: Callable[[str], object], pattern: re.Pattern[str], data: st.DataObject
    ) -> None:
        ascii_only = re.compile(pattern.pattern, re.ASCII)
        text = data.draw(st.from_regex(ascii_only, fullmatch=True))
        try:
            parse(text)
        except RegistryError:
            return  # the domain knows reserved words and lengths, which a form does not tell
        Draft202012Validator(schema).validate(text)

    @pytest.mark.parametrize("text", ["", "-", "a b!", "Ä", "a/b", "x" * 300, "payments..", "\x00"])
    @pytest.mark.parametrize("name", ["teamId", "version", "modelId"])
    def test_what_the_domain_refuses_is_not(self, name: str, text: str) -> None:
        assert not Draft202012Validator(ENVELOPE[name]).is_valid(text)

    def test_the_closed_lists_are_the_domain_s(self) -> None:
        assert DATA["deploymentTarget"]["enum"] == list(Target)
        assert DATA["reason"]["enum"] == list(Reason)
        reported = schema_of(INBOUND)["properties"]
        assert reported["status"]["enum"] == list(REPORTABLE)
        assert reported["detail"]["maxLength"] == MAX_DETAIL_CHARACTERS
        moves = schema_of("DeploymentStatusChanged")["properties"]["data"]["properties"]
        assert moves["from"]["enum"] == [status for status in DeploymentStatus if status.is_in_flight]
        assert set(moves["to"]["enum"]) == MOVES[DeploymentStatus.REQUESTED]
        assert schema_of("MemberAdded")["properties"]["data"]["properties"]["role"]["enum"] == list(Role)

    @pytest.mark.parametrize("framework", list(Framework))
    def test_every_framework_fits_the_pattern_of_an_open_list(self, framework: Framework) -> None:
        Draft202012Validator(DATA["framework"]).validate(framework)
