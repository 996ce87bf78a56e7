"""Something of every kind for requests to be about: under such names, half of them find what they ask for."""

from __future__ import annotations

from models_app.domain.teams import Role
from tests.callers import Cast, a_person

MODELS = ("fraud", "churn", "credit", "returns")
LABELS = ("1.0.0", "1.1.0", "2")


def furnish(cast: Cast) -> dict[str, list[str]]:
    """Models with versions, aliases and deployments, members and tokens; their names, by parameter."""
    maintainer, team = cast.maintainer, cast.team
    deployments = []
    for name in MODELS:
        model = f"{team}.{name}"
        for label in LABELS:
            maintainer.registers(name, version=label)
        maintainer.moves(model, "candidate", "1.1.0")
        deployments.append(maintainer.deploys(model, "1.0.0").body["deploymentId"])
    for person in ("ada", "grace"):
        a_person(person, roles={team: Role.VIEWER})
    tokens = [maintainer.calls("POST", f"teams/{team}/tokens", {"name": each, "role": "viewer"}) for each in "ab"]
    return {
        "modelId": [f"{team}.{name}" for name in MODELS],
        "version": [*LABELS, "latest", "@candidate"],
        "alias": ["candidate"],
        "deploymentId": deployments,
        "team": [team],
        "username": ["ada", "grace"],
        "tokenId": [token.body["tokenId"] for token in tokens],
    }
