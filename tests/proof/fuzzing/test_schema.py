"""Whatever the schema announces, asked for by chance: no answer is a mistake of ours, and none surprises a reader."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.callers import Cast, a_team
from tests.engine import Engine
from tests.proof.conftest import in_full_only, rounds
from tests.proof.figures import IN_FULL, controls, proves
from tests.proof.fuzzing.asking import ALL_PHASES, Run, run
from tests.proof.fuzzing.world import furnish
from tests.server import Server

NAME = "what the schema announces is what is answered, whatever is asked"
SHARE = {"maintainer": 2}
FULL = {"viewer": 2, "contributor": 4, "maintainer": 8, "admin": 4}
CASES = rounds(150, full=5_000)
OPERATIONS = rounds(20, full=35)

# What Schemathesis may complain about, and why no schema says so. Mistakes of ours are never among it.
REFUSED, ACCEPTED = "RejectedPositiveData", "AcceptedNegativeData"
TEAM = "Who is in no single team must name one."
SENT_BACK = "It takes what a GET answered, more than can be set; names of tags and metrics have rules of their own."
EXPLAINED = {
    (REFUSED, "GET /api/v1/deployments"): TEAM,
    (REFUSED, "GET /api/v1/events"): TEAM,
    (REFUSED, "GET /api/v1/models"): "Times lie between 1970 and 9998.",
    (REFUSED, "GET /api/v1/models/{modelId}/resolve"): "An alias or an environment is asked for: one of them.",
    (REFUSED, "PATCH /api/v1/models/{modelId}/{version}"): SENT_BACK,
    (REFUSED, "POST /api/v1/models"): "Sizes in bytes, known names in lineage, names of tags and metrics.",
    (REFUSED, "POST /api/v1/teams/{team}/members"): "Whoever is taken in must have an account.",
    (REFUSED, "PUT /api/v1/models/{modelId}/{version}"): SENT_BACK,
    (REFUSED, "Stateful tests"): "All of that; and 1.0 is a whole number to JSON Schema, here it is none.",
    (ACCEPTED, "POST /api/v1/models/{modelId}/{version}/deploy"): "A plan (dryRun) reads no Idempotency-Key.",
}


def test_whatever_the_schema_announces(server: Server, table: None, tmp_path: Path) -> None:
    cast = a_team()
    names = furnish(cast)

    runs = {role: ask(server, cast, role, names, tmp_path) for role in (FULL if IN_FULL else SHARE)}

    found = {finding for each in runs.values() for finding in each.findings}
    unexplained = sorted(found - EXPLAINED.keys())
    gone = sorted(EXPLAINED.keys() - found) if IN_FULL else []
    cases, reached = sum(each.cases for each in runs.values()), max(each.reached for each in runs.values())
    proves(
        NAME,
        f"{cases} cases as {', '.join(runs)}; {reached} operations did what they were asked for; "
        f"unexplained: {unexplained or 0}",
        target=f"at least {CASES} cases, {OPERATIONS} operations; 0 unexplained",
        holds=cases >= CASES and reached >= OPERATIONS and not unexplained,
    )
    assert gone == [], "What is explained here happens no more."


@in_full_only
def test_a_registry_that_stumbles_is_found_out(engine: Engine, table: None, tmp_path: Path) -> None:
    cast = a_team()
    stumbling = Server(engine, application="tests.proof.careless:stumbles_over_foreign_letters()")
    try:
        only = ("--include-operation-id", "getModel", "--checks", "not_a_server_error")
        found = run(
            stumbling.port, cast.viewer.authorization, {}, tmp_path, examples=20, phases="fuzzing", options=only
        )
    finally:
        stumbling.stop()

    failures = sorted(found.findings)
    controls(NAME, f"ids of foreign letters, which it fails for: {failures}", target="found", holds=len(failures) > 0)


def ask(server: Server, cast: Cast, role: str, names: dict[str, list[str]], folder: Path) -> Run:
    """Ask as somebody with a role; the credentials must last as long as the questions do."""
    caller = getattr(cast, role)
    phases = ALL_PHASES if IN_FULL else "examples,fuzzing"
    examples = (FULL if IN_FULL else SHARE)[role]
    came = run(server.port, caller.authorization, names, folder, examples=examples, phases=phases)
    sys.stdout.write(came.output)
    assert caller.gets("me").status == 200
    return came
