"""What may become of single items of the table, and what the check of the table must say of each."""

from __future__ import annotations

from dataclasses import dataclass

from models_app.domain.labels import VersionLabel

FRAUD, CHURN = "MODEL#payments.fraud", "MODEL#payments.churn"
OLD = "MODEL#payments.old#"
FIRST, SECOND = (f"VERSION#{VersionLabel(label).key}" for label in ("1.0.0", "2"))

OTHER = f"payments.{26 * '0'}"


@dataclass(frozen=True)
class Damage:
    """One item that is not as it should be.

    Attributes:
        pk, sk: which item; a text that its key begins with.
        change: the attributes that are set, or taken away with None; without a change, the whole item is taken away.
        told: what the check must say.
    """

    pk: str
    sk: str
    told: str
    change: dict[str, str | int | None] | None = None


DAMAGES = {
    "another key": Damage(FRAUD, SECOND, "stands under another key than its own", {"sk": "VERSION#elsewhere"}),
    "another key of a team": Damage("TEAM#payments", "TEAM", "stands under another key", {"slug": "vision2"}),
    "another key of a user": Damage("USER#ada", "USER", "stands under another key", {"username": "bob"}),
    "another key of a membership": Damage("USER#ada", "TEAM#", "stands under another key", {"username": "bob"}),
    "another key of a token": Damage("TOKEN#", "TOKEN", "stands under another key", {"id": "other"}),
    "another key of an alias": Damage(FRAUD, "ALIAS#champion", "stands under another key", {"alias": "other"}),
    "the future": Damage(FRAUD, FIRST, "has the unknown schema version 3", {"sv": 3}),
    "a write without an event": Damage(
        FRAUD, FIRST, "was last written by somebody, of which there is no event", {"rid": "somebody"}
    ),
    "a lost event": Damage("USER#ada", "EVENT#", "of which there is no event"),
    "the wrong shard": Damage(FRAUD, "EVENT#", "is in the wrong shard of the outbox", {"gsi2pk": "OUTBOX#9"}),
    "a lost model": Damage(FRAUD, "VERSION~", "versions without a model"),
    "an untold registration": Damage(FRAUD, "EVENT#", "no event tells of the registration of ['1.0.0']"),
    "an unfinished move": Damage(FRAUD, "VERSION~", "on their way", {"arriving": "MODEL#payments.old"}),
    "another key of what was deleted": Damage(OLD, FIRST, "stands under another key", {"expires_at": None}),
    "a deleted model in another list": Damage(OLD, "VERSION~", "is in other lists", {"gsi1sk": "old"}),
    "a wrong count": Damage(FRAUD, "VERSION~", "counts 7 versions and has 2", {"version_count": 7}),
    "a lost version": Damage(FRAUD, SECOND, "counts 2 versions and has 1"),
    "a deleted version that is counted": Damage(FRAUD, SECOND, "counts 2 versions and has 1", {"deleted_at": "x"}),
    "a restored one that is not": Damage(FRAUD, "VERSION#013", "counts 2 versions and has 3", {"deleted_at": None}),
    "a wrong highest": Damage(FRAUD, "VERSION~", "for the highest version, which is", {"latest_key": FIRST[8:]}),
    "no highest": Damage(FRAUD, "VERSION~", "takes None for the highest version", {"latest_key": None}),
    "a summary of another": Damage(FRAUD, "VERSION~", "its summary of 2 is not", {"summary": '["s3://elsewhere"]'}),
    "no summary": Damage(FRAUD, "VERSION~", "its summary of 2 is not what that version says", {"summary": None}),
    "an outdated summary": Damage(
        FRAUD, SECOND, "its summary of 2 is not what that version says", {"status": "FAILED"}
    ),
    "a wrong framework to filter by": Damage(
        FRAUD, "VERSION~", "filtered by other values than 2", {"framework": "keras"}
    ),
    "a wrong target to filter by": Damage(FRAUD, "VERSION~", "filtered by other values than 2", {"target": "Lambda"}),
    "a wrong status to filter by": Damage(FRAUD, "VERSION~", "filtered by other values than 2", {"status": "FAILED"}),
    "wrong tags to filter by": Damage(
        FRAUD, "VERSION~", "filtered by other tags than 2 has", {"latest_tag_words": None}
    ),
    "wrong own tags to filter by": Damage(FRAUD, "VERSION~", "filtered by other tags than it has", {"tags": "{}"}),
    "an alias of nothing": Damage(FRAUD, FIRST, "the alias champion points to 1.0.0, which is not there"),
    "an alias of a deleted version": Damage(
        FRAUD, FIRST, "champion points to 1.0.0, which is not there", {"deleted_at": "x"}
    ),
    "an outdated copy": Damage(FRAUD, "ALIAS#champion", "champion holds an outdated copy", {"description": "old"}),
    "a copy of another revision": Damage(FRAUD, "ALIAS#champion", "champion holds an outdated copy", {"rev": 9}),
    "a lost alias": Damage(FRAUD, "ALIAS#champion", "lists other aliases than it has"),
    "an unlisted alias": Damage(FRAUD, "VERSION~", "lists other aliases than it has", {"aliases": "{}"}),
    "an alias listed elsewhere": Damage(FRAUD, "VERSION~", "lists other aliases", {"aliases": '{"champion":"2"}'}),
    "an alias that its version does not know": Damage(FRAUD, FIRST, "1.0.0 knows other aliases", {"aliases": "[]"}),
    "an alias that only its version knows": Damage(FRAUD, SECOND, "2 knows other aliases", {"aliases": '["champion"]'}),
    "another key of a number": Damage(FRAUD, "ALIAS##", "stands under another key", {"sequence": 7}),
    "a number of nothing": Damage(FRAUD, FIRST, "is none of 1.0.0, or holds an outdated copy"),
    "an outdated copy of a number": Damage(FRAUD, "ALIAS##", "holds an outdated copy of it", {"description": "old"}),
    "a lost number": Damage(FRAUD, "ALIAS##", "1.0.0 is not found by its number"),
    "a number that the model does not know": Damage(
        FRAUD, "VERSION~", "lists other numbers of aliases", {"sequences": None}
    ),
    "a lost team": Damage("TEAM#payments", "TEAM", "belongs to the team payments, which is not there"),
    "a deleted team": Damage(
        "TEAM#payments", "TEAM", "belongs to the team payments, which is not", {"deleted_at": "x"}
    ),
    "a lost user": Damage("USER#ada", "USER", "is the membership of nobody"),
    "a lost membership": Damage("USER#ada", "TEAM#", "counts 1 maintainers and has 0"),
    "a lower role": Damage("USER#ada", "TEAM#", "counts 1 maintainers and has 0", {"role": "viewer"}),
    "a wrong count of maintainers": Damage("TEAM#payments", "TEAM", "counts 3 maintainers", {"maintainer_count": 3}),
    "a wrong count of webhooks": Damage("TEAM#payments", "TEAM", "counts 3 webhooks and has 1", {"webhook_count": 3}),
    "a lost webhook": Damage("TEAM#payments#WEBHOOKS", "WEBHOOK#", "counts 1 webhooks and has 0"),
    "another key of a webhook": Damage("TEAM#payments#WEBHOOKS", "WEBHOOK#", "under another key", {"id": "other"}),
    "another key of a delivery": Damage("DELIVERY#", "DELIVERY", "stands under another key", {"id": "other"}),
    "a revoked token in the list": Damage("TOKEN#", "TOKEN", "is listed although revoked", {"revoked_at": "x"}),
    "a good token out of the list": Damage("TOKEN#", "TOKEN", "hidden although not", {"gsi1pk": None, "gsi1sk": None}),
    "another key of a deployment": Damage("DEPLOYMENT#", "DEPLOYMENT", "stands under another key", {"id": OTHER}),
    "a lost deployment": Damage("DEPLOYMENT#", "DEPLOYMENT", "1 knows other live deployments than it has"),
    "a deployment that is over": Damage(
        "DEPLOYMENT#", "DEPLOYMENT", "knows other live deployments than it has", {"status": "FAILED"}
    ),
    "a deployment that its version does not know": Damage(
        CHURN, "VERSION#", "knows other live deployments than it has", {"deployments": "{}"}
    ),
    "a deleted version that runs": Damage(
        CHURN, "VERSION#", "1 is deployed although it was deleted", {"deleted_at": "x"}
    ),
}

# An item that stands right and is indexed wrong is lost to every list.
DAMAGES["a member in another team's list"] = Damage(
    "USER#ada", "TEAM#", "is in other lists than it belongs to", {"gsi1pk": "TEAM#vision#MEMBERS"}
)

# Each is told, in the words of that last one or in others.
MISPLACED = {
    "unlisted model": Damage(FRAUD, "VERSION~", "", {"gsi1pk": None, "gsi1sk": None}),
    "model in another team": Damage(FRAUD, "VERSION~", "", {"gsi1pk": "TEAM#vision#MODELS"}),
    "model under another name": Damage(FRAUD, "VERSION~", "", {"gsi1sk": "other"}),
    "unlisted team": Damage("TEAM#payments", "TEAM", "", {"gsi1pk": None, "gsi1sk": None}),
    "unlisted user": Damage("USER#ada", "USER", "", {"gsi1pk": None, "gsi1sk": None}),
    "member of another team": Damage("USER#ada", "TEAM#", "", {"gsi1pk": "TEAM#vision#MEMBERS"}),
    "token of another team": Damage("TOKEN#", "TOKEN", "", {"gsi1pk": "TEAM#nobody#TOKENS"}),
    "event of another team": Damage(FRAUD, "EVENT#", "", {"gsi1pk": "TEAM#vision#EVENTS"}),
    "deployment of another team": Damage("DEPLOYMENT#", "DEPLOYMENT", "", {"gsi2pk": "TEAM#vision#DEPLOYMENTS"}),
    "deployment of another model": Damage("DEPLOYMENT#", "DEPLOYMENT", "", {"gsi1pk": "MODEL#x.y#DEPLOYMENTS"}),
    "deployment that never times out": Damage("DEPLOYMENT#", "DEPLOYMENT", "", {"gsi3pk": None, "gsi3sk": None}),
    "delivery in another list": Damage("DELIVERY#", "DELIVERY", "", {"gsi3pk": "DEADLINES"}),
    "event that decides nothing": Damage(FRAUD, "EVENT#", "", {"gsi3pk": None, "gsi3sk": None}),
}
