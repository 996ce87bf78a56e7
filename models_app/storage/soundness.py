"""What must hold of the table at any time. Every integration test ends with this check, and operators can run it.

It reads the whole table, so no request may call it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from models_app.domain.aliases import AliasName
from models_app.domain.annotations import short_tags
from models_app.domain.deployment_ids import DeploymentId
from models_app.domain.deployments import DeploymentStatus
from models_app.domain.events import EventKind
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelId
from models_app.domain.teams import Role, TeamSlug
from models_app.storage import models, summaries, table, upgrades, versions
from models_app.storage.pages import read_table
from models_app.storage.table import (
    AliasItem,
    DeliveryItem,
    DeploymentItem,
    EventItem,
    FailedSignInsItem,
    MembershipItem,
    ModelItem,
    NumberItem,
    RateItem,
    RawItem,
    RegistryItem,
    SealItem,
    TeamItem,
    TokenItem,
    UserItem,
    VersionItem,
    WebhookItem,
)

# What an alias has beside the copy of its version.
OF_THE_ALIAS = {"pk", "sk", "kind", "rid", "alias", "alias_rev", "moved_at", "moved_by"}


def find_faults(*, seen: Callable[[int], None] = lambda _: None) -> list[str]:
    """Every way in which the table contradicts itself, in words; empty when it is sound.

    ``seen`` is told after each page how many items were read.
    """
    return faults_on(read_table(), seen=seen)


def faults_on(pages: Iterable[list[RawItem]], *, seen: Callable[[int], None] = lambda _: None) -> list[str]:
    """The same of a table that was read elsewhere, page by page."""
    items: list[RegistryItem] = []
    unknown: list[str] = []
    for page in pages:
        unknown += _faults_of_forms(page)
        items += [RegistryItem.from_raw_data(raw) for raw in page if upgrades.form_of(raw) <= upgrades.newest()]
        seen(len(items))
    return [*unknown, *faults_in(items)]


def faults_in(items: list[RegistryItem]) -> Iterator[str]:
    """The same, of items whose form is known."""
    events = {item.id: item for item in items if isinstance(item, EventItem)}
    yield from _faults_of_items(items, events)
    registered = _registered(events.values())
    models_and_versions = [item for item in items if isinstance(item, ModelItem | VersionItem)]
    models_and_versions.sort(key=lambda item: item.pk)
    for partition, group in groupby(models_and_versions, key=lambda item: item.pk):
        members = list(group)
        head = next((item for item in members if isinstance(item, ModelItem)), None)
        aliases = [item for item in members if isinstance(item, AliasItem)]
        rows = [item for item in members if type(item) is VersionItem]
        if head is None:
            yield f"{partition}: versions without a model"
            continue
        if head.move or head.arriving:
            yield f"{partition}: its rows are on their way to another name or the archive, or from there"
            continue
        yield from _faults_of_model(head, rows)
        yield from _faults_of_aliases(head, rows, aliases)
        yield from _faults_of_numbers(head, rows, [item for item in members if isinstance(item, NumberItem)])
        if missing := {version.label for version in rows} - registered[_model_of(head)]:
            yield f"{partition}: no event tells of the registration of {sorted(missing)}"
    yield from _faults_of_teams(items)
    yield from _faults_of_deployments(items)


def _model_of(item: ModelItem | VersionItem) -> str:
    return str(table.model_in(item.pk))


def _faults_of_forms(everything: list[RawItem]) -> Iterator[str]:
    for raw in everything:
        if upgrades.form_of(raw) > upgrades.newest():
            yield f"{raw['pk']['S']} / {raw['sk']['S']}: has the unknown schema version {upgrades.form_of(raw)}"


def _registered(events: Iterable[EventItem]) -> dict[str, set[str]]:
    """The labels that were registered under each name, or came to it with another name's model."""
    known: dict[str, set[str]] = defaultdict(set)
    for event in sorted(events, key=lambda event: event.id):
        if event.name == EventKind.MODEL_VERSION_REGISTERED:
            known[event.model or ""].add(event.version or "")
        if event.name == EventKind.MODEL_RENAMED:
            told = json.loads(event.data)
            known[told["to"]] |= known[told["from"]]
    return known


def _faults_of_deployments(items: list[RegistryItem]) -> Iterator[str]:
    live: dict[tuple[str, str], set[str]] = defaultdict(set)
    for item in items:
        if isinstance(item, DeploymentItem) and DeploymentStatus(item.status).is_live:
            live[item.model, item.version].add(item.id)
    for item in items:
        if type(item) is VersionItem:
            known = set(json.loads(item.deployments))
            running = set() if item.expires_at else live[_model_of(item), item.label]  # a name may have been used again
            if known != running:
                yield f"{item.pk}: {item.label} knows other live deployments than it has"
            if known and item.deleted_at:
                yield f"{item.pk}: {item.label} is deployed although it was deleted"


def _faults_of_items(items: list[RegistryItem], events: dict[str, EventItem]) -> Iterator[str]:
    for item in items:
        name = f"{item.pk} / {item.sk}"
        if _key_of(item) != (item.pk, item.sk):
            yield f"{name}: stands under another key than its own"
        is_only_counted = isinstance(item, FailedSignInsItem | DeliveryItem | RateItem | SealItem) or (
            isinstance(item, ModelItem) and not (item.created_at or item.move)
        )
        if not is_only_counted and item.rid not in events:
            yield f"{name}: was last written by {item.rid or 'nobody'}, of which there is no event"
        if _lists_of(item) != _places(item):
            yield f"{name}: is in other lists than it belongs to"
        if isinstance(item, EventItem) and item.gsi2pk not in {None, table.DEAD_EVENTS, table.outbox_shard(item.id)}:
            yield f"{name}: is in the wrong shard of the outbox"


def _faults_of_model(head: ModelItem, rows: list[VersionItem]) -> Iterator[str]:
    live = {VersionLabel(item.label).key: item for item in rows if not item.deleted_at}
    if (head.version_count or 0) != len(live):
        yield f"{head.pk}: counts {head.version_count} versions and has {len(live)}"
    highest = max(live, default=None)
    if head.latest_key != highest:
        yield f"{head.pk}: takes {head.latest_key} for the highest version, which is {highest}"
    elif highest is not None:
        version = live[highest]
        if not summaries.tells(head, versions.version(version).summary):
            yield f"{head.pk}: its summary of {version.label} is not what that version says"
        if (head.framework, head.status, head.target) != (version.framework, version.status, version.target):
            yield f"{head.pk}: is filtered by other values than {version.label} has"
        if (head.latest_tag_words or set()) != _words(version.tags):
            yield f"{head.pk}: is filtered by other tags than {version.label} has"
    if (head.tag_words or set()) != _words(head.tags):
        yield f"{head.pk}: is filtered by other tags than it has"


def _faults_of_aliases(head: ModelItem, rows: list[VersionItem], aliases: list[AliasItem]) -> Iterator[str]:
    by_label = {item.label: item for item in rows}
    pointing = defaultdict(set)
    for alias in aliases:
        pointing[alias.label].add(alias.alias)
        version = by_label.get(alias.label)
        if version is None or version.deleted_at:
            yield f"{head.pk}: the alias {alias.alias} points to {alias.label}, which is not there"
        elif _differ(alias, version):
            yield f"{head.pk}: the alias {alias.alias} holds an outdated copy of {alias.label}"
    if models.aliases(head) != {alias.alias: alias.label for alias in aliases}:
        yield f"{head.pk}: lists other aliases than it has"
    for version in rows:
        if set(json.loads(version.aliases)) != pointing[version.label]:
            yield f"{head.pk}: {version.label} knows other aliases than point to it"


def _faults_of_numbers(head: ModelItem, rows: list[VersionItem], numbers: list[NumberItem]) -> Iterator[str]:
    by_label = {item.label: item for item in rows}
    for number in numbers:
        version = by_label.get(number.label)
        if version is None or _differ(number, version):
            yield f"{head.pk}: the number {number.sequence} is none of {number.label}, or holds an outdated copy of it"
    numbered = {item.label for item in numbers}
    for version in rows:
        if version.sequence is not None and version.label not in numbered:
            yield f"{head.pk}: {version.label} is not found by its number {version.sequence}"
    pointed_to = [by_label[label] for label in models.aliases(head).values() if label in by_label]
    if models.sequences(head) != {each.label: int(each.sequence) for each in pointed_to if each.sequence is not None}:
        yield f"{head.pk}: lists other numbers of aliases than their versions have"


def _differ(copy: VersionItem, version: VersionItem) -> bool:
    attributes = set(VersionItem.get_attributes()) - OF_THE_ALIAS
    return any(getattr(copy, name) != getattr(version, name) for name in attributes)


def _faults_of_teams(items: list[RegistryItem]) -> Iterator[str]:
    teams = {item.slug: item for item in items if isinstance(item, TeamItem)}
    users = {item.username for item in items if isinstance(item, UserItem)}
    maintainers: dict[str, int] = defaultdict(int)
    webhooks: dict[str, int] = defaultdict(int)
    for item in items:
        owner = _team_of(item)
        if owner is not None and (owner not in teams or teams[owner].deleted_at):
            yield f"{item.pk} / {item.sk}: belongs to the team {owner}, which is not there"
        if isinstance(item, MembershipItem):
            maintainers[item.team] += item.role == Role.MAINTAINER
            if item.username not in users:
                yield f"{item.pk} / {item.sk}: is the membership of nobody"
        if isinstance(item, WebhookItem):
            webhooks[item.team] += 1
        if isinstance(item, TokenItem) and bool(item.gsi1pk) == bool(item.revoked_at):
            yield f"{item.pk}: is listed although revoked, or hidden although not"
    for slug, team in teams.items():
        if team.maintainer_count != maintainers[slug]:
            yield f"{team.pk}: counts {team.maintainer_count} maintainers and has {maintainers[slug]}"
        if (team.webhook_count or 0) != webhooks[slug]:
            yield f"{team.pk}: counts {team.webhook_count} webhooks and has {webhooks[slug]}"


def _team_of(item: RegistryItem) -> str | None:
    """The team that must exist for an item to make sense."""
    if isinstance(item, MembershipItem | WebhookItem) or (isinstance(item, TokenItem) and not item.revoked_at):
        return item.team
    if isinstance(item, ModelItem) and item.version_count and not item.deleted_at:
        return table.model_in(item.pk).team
    return None


def _key_of(item: RegistryItem) -> tuple[str, str]:
    """The key that an item should stand under, from what it says of itself."""
    match item:
        case TeamItem():
            return table.team_partition(TeamSlug(item.slug)), table.TEAM
        case UserItem():
            return table.user_partition(item.username), table.USER
        case MembershipItem():
            return table.user_partition(item.username), table.membership_sort(TeamSlug(item.team))
        case TokenItem():
            return table.token_partition(item.id), table.TOKEN
        case ModelItem() | VersionItem():
            return _home(item), _sort_of(item)
        case EventItem():
            return item.pk, table.event_sort(item.id)
        case DeploymentItem():
            return table.deployment_partition(DeploymentId.parse(item.id)), table.DEPLOYMENT
        case WebhookItem():
            return table.team_webhooks(TeamSlug(item.team)), table.webhook_sort(item.id)
        case DeliveryItem():
            return table.delivery_partition(item.id), table.DELIVERY
    return item.pk, item.sk


def _sort_of(item: ModelItem | VersionItem) -> str:
    match item:
        case AliasItem():
            return table.alias_sort(AliasName(item.alias))
        case NumberItem():
            return table.number_sort(int(item.sequence or 0))
        case VersionItem():
            return table.version_sort(VersionLabel(item.label))
    return table.MODEL


def _home(item: ModelItem | VersionItem) -> str:
    """The partition of a model's row: its name's, or of what expires, the archive's."""
    model = table.model_in(item.pk)
    if not item.expires_at:
        return table.model_partition(model)
    return table.archive_partition(model, item.pk.rpartition("#")[2])


def _places(item: RegistryItem) -> list[tuple[str | None, str | None]]:
    """Where the indexes have an item; an event's place in the outbox is looked at apart."""
    second = (None, None) if isinstance(item, EventItem) else (item.gsi2pk, item.gsi2sk)
    return [(item.gsi1pk, item.gsi1sk), second, (item.gsi3pk, item.gsi3sk)]


def _lists_of(item: RegistryItem) -> list[tuple[str | None, str | None]]:
    """Where they should have it, from what it says of itself."""
    nowhere = (None, None)
    match item:
        case TeamItem():
            return [nowhere if item.deleted_at else (table.ALL_TEAMS, item.slug), nowhere, nowhere]
        case UserItem():
            return [(table.ALL_USERS, item.username), nowhere, nowhere]
        case MembershipItem():
            return [(table.team_members(TeamSlug(item.team)), item.username), nowhere, nowhere]
        case TokenItem():
            team = TeamSlug(item.team) if item.team else None
            return [nowhere if item.revoked_at else (table.team_tokens(team), item.id), nowhere, nowhere]
        case ModelItem():
            return _lists_of_model(item)
        case DeploymentItem():
            deployment = DeploymentId.parse(item.id)
            of_model = (table.model_deployments(ModelId.parse(item.model)), deployment.ulid)
            of_team = (table.team_deployments(deployment.team), deployment.ulid)
            is_timed = DeploymentStatus(item.status).is_in_flight
            return [of_model, of_team, (table.DEADLINES, item.gsi3sk) if is_timed else nowhere]
        case DeliveryItem() if item.gsi3pk:
            return [nowhere, nowhere, (table.DUE_DELIVERIES, item.gsi3sk)]
        case EventItem():
            listed = (table.team_events(TeamSlug(item.team)), item.id) if item.team else nowhere
            if not (item.model and item.decides):
                return [listed, nowhere, nowhere]
            return [listed, nowhere, (table.decisions_about(ModelId.parse(item.model), item.decides), item.id)]
    return [nowhere, nowhere, nowhere]


def _lists_of_model(item: ModelItem) -> list[tuple[str | None, str | None]]:
    nowhere = (None, None)
    if item.move:
        return [nowhere, nowhere, (table.MOVES, item.gsi3sk)]
    if not item.created_at:
        return [nowhere, nowhere, nowhere]
    model = table.model_in(item.pk)
    if item.deleted_at:
        deletion = item.pk.rpartition("#")[2]
        return [(table.team_deleted_models(model.team), f"{model.name}#{deletion}"), (None, item.gsi2sk), nowhere]
    by_update = (table.team_models_by_update(model.team), item.gsi2sk)
    return [(table.team_models(model.team), model.name), by_update, nowhere]


def _words(tags: str) -> set[str]:
    pairs = json.loads(tags)
    return {*pairs, *(f"{key}:{value}" for key, value in short_tags(pairs).items())}


def _everything() -> Iterator[RawItem]:
    return (raw for page in read_table() for raw in page)
