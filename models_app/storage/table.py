"""The one table: its keys, its indexes and the form of each item. No other module knows a key.

| item                   | pk                  | sk                  | indexes (number: pk / sk)                 |
|------------------------|---------------------|---------------------|-------------------------------------------|
| team                   | ``TEAM#team``       | ``TEAM``            | 1: ``TEAMS`` / slug                       |
| model                  | ``MODEL#team.name`` | ``VERSION~``        | 1: ``TEAM#team#MODELS`` / name            |
|                        |                     |                     | 2: ``TEAM#team#UPDATED`` / time           |
| model that is deleted  | ``MODEL#team.name   | ``VERSION~``        | 1: ``TEAM#team#DELETED`` / name#ulid;     |
| (its rows likewise)    | #ulid``             |                     | gone after ``expires_at``                 |
| note of a move         | ``MODEL#…``         | ``VERSION~``        | 3: ``MOVES`` / time                       |
| version                | ``MODEL#team.name`` | ``VERSION#key``     |                                           |
| alias, with a copy     | ``MODEL#team.name`` | ``ALIAS#alias``     |                                           |
| number, with a copy    | ``MODEL#team.name`` | ``ALIAS##number``   |                                           |
| event                  | its model's, team's | ``EVENT#ulid``      | 1: ``TEAM#team#EVENTS`` / ulid            |
|                        | or user's, or       |                     | 2: ``OUTBOX#shard`` / ulid till published |
|                        | ``PLATFORM``        |                     | 3: ``MODEL#…#DECIDES#name`` / ulid        |
| user                   | ``USER#username``   | ``USER``            | 1: ``USERS`` / username                   |
| failed sign-ins        | ``USER#username``   | ``TRIES``           | gone after ``expires_at``                 |
| membership             | ``USER#username``   | ``TEAM#team``       | 1: ``TEAM#team#MEMBERS`` / username       |
| deployment             | ``DEPLOYMENT#id``   | ``DEPLOYMENT``      | 1: ``MODEL#…#DEPLOYMENTS`` / id           |
|                        |                     |                     | 2: ``TEAM#team#DEPLOYMENTS`` / id         |
|                        |                     |                     | 3: ``DEADLINES`` / time, while in flight  |
| idempotency record     | ``IDEM#digest``     | ``IDEMPOTENCY``     | gone after ``expires_at``                 |
| webhook                | ``TEAM#…#WEBHOOKS`` | ``WEBHOOK#ulid``    |                                           |
| delivery to a webhook  | ``DELIVERY#id``     | ``DELIVERY``        | 3: ``DELIVERIES`` / time, till it arrived |
|                        |                     |                     | gone after ``expires_at``                 |
| token                  | ``TOKEN#id``        | ``TOKEN``           | 1: ``TEAM#team#TOKENS`` / id,             |
|                        |                     |                     | or ``PLATFORM#TOKENS`` / id               |
| requests in a window   | ``RATE#digest#time``| ``RATE``            | gone after ``expires_at``                 |
| seal over events       | ``TEAM#team#SEALS`` | ``SEAL#number``     |                                           |

Two choices make every read one call. ``VERSION~`` sorts just behind all versions, so one backward query answers a
model with its newest versions. And an alias carries a copy of its version, written in the same transaction, so
``@champion`` is one GetItem (docs/decisions/003-alias-copies.md).

``#`` is legal in no name, so no two items can meet under one key, and no key of one team begins another's.
"""

from __future__ import annotations

import os
import zlib
from functools import lru_cache
from typing import Any, ClassVar, Self

from pynamodb.attributes import DiscriminatorAttribute
from pynamodb.connection.table import TableConnection
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from models_app.domain.aliases import AliasName
from models_app.domain.deployment_ids import DeploymentId
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelId
from models_app.domain.teams import TeamSlug
from models_app.domain.versions import VersionStatus
from models_app.storage import attributes, connections, protocol, upgrades
from models_app.storage.attributes import Count, Flag, Text, Texts, made, read

OUTBOX_SHARDS = 4
RawItem = attributes.RawItem


class ByFirstIndex(GlobalSecondaryIndex["RegistryItem"]):
    """Lists by name: teams, a team's models, members, tokens and events."""

    class Meta:
        index_name = "gsi1"
        projection = AllProjection()

    gsi1pk = Text(hash_key=True)
    gsi1sk = Text(range_key=True)


class BySecondIndex(GlobalSecondaryIndex["RegistryItem"]):
    """Lists by time: a team's models by their last change, and what is not yet published."""

    class Meta:
        index_name = "gsi2"
        projection = AllProjection()

    gsi2pk = Text(hash_key=True)
    gsi2sk = Text(range_key=True)


class ByThirdIndex(GlobalSecondaryIndex["RegistryItem"]):
    """Events by the name that they gave a meaning to: the latest before a time answers what it meant then."""

    class Meta:
        index_name = "gsi3"
        projection = AllProjection()

    gsi3pk = Text(hash_key=True)
    gsi3sk = Text(range_key=True)


class RegistryItem(Model):
    """What every item has. One base class means one connection, one client and one pool for all items."""

    class Meta:
        table_name = os.environ.get("REGISTRY_TABLE", "model-registry")
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        billing_mode = "PAY_PER_REQUEST"
        connect_timeout_seconds = connections.CONNECT_SECONDS
        read_timeout_seconds = connections.READ_SECONDS
        max_retry_attempts = 0  # calls.call repeats, within the request's deadline
        max_pool_connections = 32

    pk = Text(hash_key=True)
    sk = Text(range_key=True)
    kind = DiscriminatorAttribute()
    tells_kind: ClassVar[bool] = True  # else its sort key does
    sv = Count(default=upgrades.newest)  # the form of the item
    rev = Count(default=1)  # counts changes; the ETag on the wire
    rid = Text()  # the event that last wrote the item: how a writer recognises its own write

    gsi1pk = Text(null=True)
    gsi1sk = Text(null=True)
    gsi2pk = Text(null=True)
    gsi2sk = Text(null=True)
    gsi3pk = Text(null=True)
    gsi3sk = Text(null=True)
    by_first = ByFirstIndex()
    by_second = BySecondIndex()
    by_third = ByThirdIndex()

    def __init__(self, **values: Any) -> None:
        """An item of the present form."""
        self.attribute_values = made(type(self), {"sv": upgrades.newest(), **values})

    @classmethod
    def from_raw_data(cls, data: RawItem) -> Self:
        """The one door from storage's form to ours; items of an older form are lifted here."""
        name = data["kind"]["S"] if "kind" in data else kind_at(data["sk"]["S"])
        raw = upgrades.lifted(data, name)
        kind = cls.kind.deserialize(name) if name else cls
        if not issubclass(kind, cls):
            raise TypeError(f"This is a {kind.__name__}, not a {cls.__name__}.")
        item: Self = read(kind, raw)
        return item


class TeamItem(RegistryItem, discriminator="team"):
    slug = Text()
    display_name = Text()
    protected_aliases = Text()  # JSON
    maintainer_count = Count(default=0)
    webhook_count = Count(null=True)
    created_at = Text()
    created_by = Text()
    updated_at = Text()
    deleted_at = Text(null=True)


class UserItem(RegistryItem, discriminator="user"):
    username = Text()
    email = Text()
    password = Text()
    is_platform_admin = Flag(default=False)
    is_active = Flag(default=True)
    session_epoch = Count(default=1)
    created_at = Text()


class FailedSignInsItem(RegistryItem, discriminator="failed-sign-ins"):
    failures = Count()
    expires_at = Count()  # seconds since 1970


class RateItem(RegistryItem, discriminator="rate"):
    """The permits that were leased to a caller's requests in one window."""

    used = Count()
    expires_at = Count()  # seconds since 1970


class MembershipItem(RegistryItem, discriminator="membership"):
    username = Text()
    team = Text()
    role = Text()
    added_at = Text()
    added_by = Text()


class TokenItem(RegistryItem, discriminator="token"):
    id = Text()
    name = Text()
    digest = Text()
    team = Text(null=True)
    role = Text()
    created_at = Text()
    created_by = Text()
    expires_at = Text()
    revoked_at = Text(null=True)


class ModelItem(RegistryItem, discriminator="model"):
    """A model. It may hold nothing but ``last_number`` while its first version is being registered.

    A note of a move stands in its place while its rows are on their way to another partition.
    """

    tells_kind = False
    description = Text(absent="")
    tags = Text(absent="{}")  # JSON
    aliases = Text(absent="{}")  # JSON: alias -> label
    sequences = Text(null=True)  # JSON: label -> number, of those versions that aliases point to
    version_count = Count(null=True)
    last_number = Count(null=True)  # the last automatic version number given out
    placements = Text(null=True)  # JSON: slot -> what runs there, ran before, and is under way
    latest_key = Text(null=True)
    summary = Text(null=True)  # JSON: what lists show of the highest version, but for what they filter by
    created_at = Text(null=True)
    created_by = Text(null=True)
    deleted_at = Text(null=True)
    deleted_by = Text(null=True)
    expires_at = Count(null=True)  # seconds since 1970
    move = Text(null=True)  # JSON: where the rows of this partition are on their way to
    arriving = Text(null=True)  # the partition from which rows are still on their way to this one

    # What lists filter by, taken from the highest version: DynamoDB cannot look into the JSON.
    folded_name = Text(null=True)
    framework = Text(null=True)
    target = Text(null=True)
    status = Text(absent=VersionStatus.REGISTERED.value)
    tag_words = Texts(null=True)  # "key" and "key:value" of the model's own tags
    latest_tag_words = Texts(null=True)  # and of the highest version's


class VersionItem(RegistryItem, discriminator="version"):
    """A version. User JSON is kept as canonical text, so that every number comes back as it was sent."""

    tells_kind = False
    label = Text()
    sequence = Count(null=True)  # its number, where the label is none
    framework = Text()
    framework_version = Text(null=True)
    uri = Text()
    sha256 = Text(null=True)
    size_bytes = Count(null=True)
    signature = Text(null=True)  # JSON
    lineage = Text(null=True)  # JSON
    description = Text(absent="")
    metadata = Text(absent="{}")  # JSON
    metrics = Text(absent="{}")  # JSON
    tags = Text(absent="{}")  # JSON
    target = Text(null=True)
    status = Text(absent=VersionStatus.REGISTERED.value)
    aliases = Text(absent="[]")  # JSON: sorted names
    deployments = Text(absent="{}")  # JSON: id of each live deployment -> where
    created_at = Text()
    created_by = Text()
    updated_at = Text(null=True)  # as long as it was not changed, that is when and by whom it was made
    updated_by = Text(null=True)
    deleted_at = Text(null=True)
    deleted_by = Text(null=True)
    expires_at = Count(null=True)  # seconds since 1970; of a deleted model's


class AliasItem(VersionItem, discriminator="alias"):
    """An alias: a copy of the version that it points to, and where and when it was moved."""

    alias = Text()
    alias_rev = Count()
    moved_at = Text()
    moved_by = Text()


class NumberItem(VersionItem, discriminator="number"):
    """The number of a version whose label is none: a copy of that version, which lives as long as it does."""


class DeploymentItem(RegistryItem, discriminator="deployment"):
    """A deployment. While it is in flight, its deadline stands in the third index."""

    id = Text()
    model = Text()
    version = Text()
    slot = Text()
    status = Text()
    reason = Text()
    parameters = Text()  # JSON
    framework = Text()
    framework_version = Text(null=True)
    uri = Text()
    sha256 = Text(null=True)
    size_bytes = Count(null=True)
    timeline = Text()  # JSON


class IdempotencyItem(RegistryItem, discriminator="idempotency"):
    """What was answered to a request with an Idempotency-Key, so that the same answer can be given again."""

    request = Text()  # SHA-256 of what was asked
    status = Count()
    headers = Text()  # JSON
    body = Text()
    expires_at = Count()  # seconds since 1970; DynamoDB takes it away some time after


class WebhookItem(RegistryItem, discriminator="webhook"):
    id = Text()
    team = Text()
    name = Text()
    url = Text()
    occasions = Text()  # JSON
    description = Text()
    secret = Text()
    status = Text()
    created_at = Text()
    created_by = Text()
    updated_at = Text()
    last_tried_at = Text(null=True)
    last_error = Text(null=True)


class DeliveryItem(RegistryItem, discriminator="delivery"):
    """Something to tell a webhook. Until that is done, the time of the next try stands in the third index."""

    id = Text()
    team = Text()
    webhook = Text()
    body = Text()
    created_at = Text()
    tries = Count()
    last_error = Text(null=True)
    expires_at = Count()  # seconds since 1970


class EventItem(RegistryItem, discriminator="event"):
    """An event. It is put once; what changes is only its place in the outbox, and what became of sending it."""

    tells_kind = False
    name = Text()
    actor = Text()
    request_id = Text()
    team = Text(null=True)
    username = Text(null=True)
    model = Text(null=True)
    version = Text(null=True)
    decides = Text(null=True)
    data = Text()  # JSON
    sent_at = Text(null=True)
    attempts = Count(null=True)
    last_error = Text(null=True)

    @property
    def id(self) -> str:
        """Its ULID."""
        return self.sk.removeprefix(EVENTS)


class SealItem(RegistryItem, discriminator="seal"):
    """A seal over events of a team; see domain/seals.py. It is put once and never changes."""

    team = Text()
    number = Count()
    through = Text()
    event_count = Count()
    digest = Text()
    sealed_at = Text()


# Keys ---------------------------------------------------------------------------------------------------------------

TEAM = "TEAM"
USER = "USER"
TOKEN = "TOKEN"  # noqa: S105 - a sort key
DEPLOYMENT = "DEPLOYMENT"
IDEMPOTENCY = "IDEMPOTENCY"
RATE = "RATE"
MODELS = "MODEL#"
MODEL = "VERSION~"
VERSIONS = "VERSION#"
ALIASES = "ALIAS#"
EVENTS = "EVENT#"
KINDS = {MODEL: "model", VERSIONS: "version", f"{ALIASES}#": "number", ALIASES: "alias", EVENTS: "event"}
MEMBERSHIPS = "TEAM#"
WEBHOOKS = "WEBHOOK#"
SEALS = "SEAL#"
DELIVERY = "DELIVERY"
FAILED_SIGN_INS = "TRIES"  # between memberships and user, so that signing in reads all three at once

DEADLINES = "DEADLINES"
DUE_DELIVERIES = "DELIVERIES"
MOVES = "MOVES"
DEAD_EVENTS = "OUTBOX#DEAD"
ALL_TEAMS = "TEAMS"
ALL_USERS = "USERS"
PLATFORM = "PLATFORM"
PLATFORM_TOKENS = "PLATFORM#TOKENS"


def kind_at(sort: str) -> str | None:
    """The kind of an item that does not tell it."""
    return next((kind for prefix, kind in KINDS.items() if sort.startswith(prefix)), None)


def team_partition(team: TeamSlug) -> str:
    return f"TEAM#{team}"


def team_seals(team: TeamSlug) -> str:
    return f"TEAM#{team}#SEALS"


def seal_sort(number: int) -> str:
    return f"{SEALS}{number:012}"  # so that they sort by number


def user_partition(username: str) -> str:
    return f"USER#{username}"


def token_partition(token_id: str) -> str:
    return f"TOKEN#{token_id}"


def model_partition(model: ModelId) -> str:
    return f"{MODELS}{model}"


def model_in(partition: str) -> ModelId:
    """The model whose partition that is, or the archive of one of that name."""
    return ModelId.kept(partition.removeprefix(MODELS).partition("#")[0])


def archive_partition(model: ModelId, deletion: str) -> str:
    """Where the rows of a deleted model are; ``deletion`` is the id of the event that tells of it."""
    return f"{model_partition(model)}#{deletion}"


def version_sort(label: VersionLabel) -> str:
    return f"{VERSIONS}{label.key}"


def alias_sort(alias: AliasName) -> str:
    return f"{ALIASES}{alias}"


def number_sort(number: int) -> str:
    return f"{ALIASES}#{number}"  # an alias that never moves: it lies with them, and goes where they go


def event_sort(event_id: str) -> str:
    return f"{EVENTS}{event_id}"


def membership_sort(team: TeamSlug) -> str:
    return f"{MEMBERSHIPS}{team}"


def team_models(team: TeamSlug) -> str:
    return f"TEAM#{team}#MODELS"


def team_models_by_update(team: TeamSlug) -> str:
    return f"TEAM#{team}#UPDATED"


def team_deleted_models(team: TeamSlug) -> str:
    return f"TEAM#{team}#DELETED"


def team_members(team: TeamSlug) -> str:
    return f"TEAM#{team}#MEMBERS"


def team_tokens(team: TeamSlug | None) -> str:
    return f"TEAM#{team}#TOKENS" if team else PLATFORM_TOKENS


def team_events(team: TeamSlug) -> str:
    return f"TEAM#{team}#EVENTS"


def decisions_about(model: ModelId, name: str) -> str:
    return f"MODEL#{model}#DECIDES#{name}"


def deployment_partition(deployment: DeploymentId) -> str:
    return f"DEPLOYMENT#{deployment}"


def model_deployments(model: ModelId) -> str:
    return f"MODEL#{model}#DEPLOYMENTS"


def team_deployments(team: TeamSlug) -> str:
    return f"TEAM#{team}#DEPLOYMENTS"


def team_webhooks(team: TeamSlug) -> str:
    return f"TEAM#{team}#WEBHOOKS"


def webhook_sort(webhook_id: str) -> str:
    return f"{WEBHOOKS}{webhook_id}"


def delivery_partition(delivery_id: str) -> str:
    return f"DELIVERY#{delivery_id}"


def idempotency_partition(scope: str) -> str:
    return f"IDEM#{scope}"


def rate_partition(digest: str, window: int) -> str:
    return f"RATE#{digest}#{window}"


def outbox_shard(event_id: str) -> str:
    return f"OUTBOX#{zlib.crc32(event_id.encode()) % OUTBOX_SHARDS}"


def outbox_shards() -> list[str]:
    return [f"OUTBOX#{shard}" for shard in range(OUTBOX_SHARDS)]


# Connection ---------------------------------------------------------------------------------------------------------


def connection() -> TableConnection:
    """The one connection. Its client is made at the first call and kept for the life of the process."""
    return _connection()


def ask(operation: str, params: dict[str, Any]) -> dict[str, Any]:
    """Make one call, once, whose document is made already; refusals are those of ``protocol.ItemCalls``."""
    answer: dict[str, Any] = connection().connection.client._make_api_call(operation, params)  # noqa: SLF001 - ours
    return answer


@lru_cache(maxsize=1)
def _connection() -> TableConnection:
    shared: TableConnection = RegistryItem._get_connection()  # noqa: SLF001 - PynamoDB has no public way to share one
    client, session = shared.connection.client, shared.connection.session
    client._make_api_call = protocol.ItemCalls(client, ca_bundle=session.get_config_variable("ca_bundle"))  # type: ignore[assignment, method-assign]  # noqa: SLF001
    return shared


def create_table() -> None:
    """Make the table where there is none, for local engines; without a stream, which slows them with each write."""
    RegistryItem.create_table(wait=True)
    connection().update_time_to_live("expires_at")
