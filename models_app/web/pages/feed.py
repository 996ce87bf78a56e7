"""Events as sentences, with what changed before and after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from models_app.domain.actors import Actor
from models_app.domain.documents import canonical_json
from models_app.domain.events import EventKind
from models_app.domain.permissions import Permission
from models_app.web.pages.links import Link, Offer, offered_one
from models_app.web.pages.values import flat, text_of

SENTENCES: Mapping[str, str] = {
    EventKind.MODEL_VERSION_REGISTERED: "Version {version} registered",
    EventKind.MODEL_VERSION_UPDATED: "Version {version} updated",
    EventKind.MODEL_VERSION_DEREGISTERED: "Version {version} deleted",
    EventKind.MODEL_VERSION_RESTORED: "Version {version} restored",
    EventKind.MODEL_CREATED: "Model created",
    EventKind.MODEL_UPDATED: "Model updated",
    EventKind.MODEL_RENAMED: "Model renamed from {from} to {to}",
    EventKind.MODEL_DELETED: "Model deleted with {versionCount} versions",
    EventKind.MODEL_RESTORED: "Model restored",
    EventKind.ALIAS_MOVED: "Alias {alias} moved from {from} to {to}",
    EventKind.ALIAS_REMOVED: "Alias {alias} removed from {from}",
    EventKind.DEPLOYMENT_REQUESTED: "Deployment of {version} to {environment} ({deploymentTarget}) requested",
    EventKind.DEPLOYMENT_STATUS_CHANGED: "Deployment of {version} to {environment} ({deploymentTarget}): {to}",
    EventKind.TEAM_CREATED: "Team founded",
    EventKind.TEAM_UPDATED: "Team changed",
    EventKind.TEAM_DELETED: "Team deleted",
    EventKind.MEMBER_ADDED: "{username} added as {role}",
    EventKind.MEMBER_ROLE_CHANGED: "{username} made {to}, was {from}",
    EventKind.MEMBER_REMOVED: "{username} removed, was {role}",
    EventKind.TOKEN_ISSUED: "Token {name} issued as {role}",
    EventKind.TOKEN_REVOKED: "Token {name} revoked",
    EventKind.WEBHOOK_CREATED: "Webhook {name} to {receiver} made",
    EventKind.WEBHOOK_UPDATED: "Webhook {name} to {receiver} changed",
    EventKind.WEBHOOK_DELETED: "Webhook {name} deleted",
}

# What can be brought back: the form that does it, and what tells that it came back, or that its name is used again.
RESTORABLE = {
    EventKind.MODEL_VERSION_DEREGISTERED: "restore-form",
    EventKind.MODEL_DELETED: "restore-model-form",
}
ENDS_OF_ABSENCE = {EventKind.MODEL_VERSION_RESTORED, EventKind.MODEL_RESTORED}


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that changed; None where there was, or is, none."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event to be read.

    Attributes:
        event: as the API tells it.
        restore: the way to bring back the version or model that was deleted here.
    """

    event: Mapping[str, Any]
    sentence: str
    note: str
    differences: list[Difference]
    restore: Link | None = None


def entries_of(events: Iterable[Mapping[str, Any]], *, actor: Actor) -> list[Entry]:
    """The feed, the newest first; with a way back for what is still deleted."""
    feed, restored = [], set()
    for event in events:
        subject = (event["modelId"], event["version"])
        if event["eventType"] in ENDS_OF_ABSENCE:
            restored.add(subject)
        is_gone = event["eventType"] in RESTORABLE and subject not in restored
        restored |= {subject} if is_gone else set()  # an earlier deletion was followed by this one
        feed.append(
            Entry(
                event=event,
                sentence=_sentence(event),
                note=text_of(_note(event["data"])),
                differences=list(differences_of(event["data"].get("changes", {}))),
                restore=_restoring(event, actor) if is_gone else None,
            )
        )
    return feed


def differences_of(changes: Mapping[str, Mapping[str, Any]]) -> Iterator[Difference]:
    """What changed, key by key where both sides are documents.

    >>> list(differences_of({"tags": {"from": {"a": "1", "b": "2"}, "to": {"b": "3"}}}))
    [Difference(name='tags.a', before='1', after=None), Difference(name='tags.b', before='2', after='3')]
    """
    for field, change in changes.items():
        before, after = change["from"], change["to"]
        if not _are_documents(before, after):
            yield Difference(field, _told(before), _told(after))
            continue
        old, new = dict(flat(before)), dict(flat(after))
        for name in sorted(old.keys() | new.keys()):
            if name not in old or name not in new or canonical_json(old[name]) != canonical_json(new[name]):
                yield Difference(
                    f"{field}.{name}",
                    text_of(old[name]) if name in old else None,
                    text_of(new[name]) if name in new else None,
                )


def _are_documents(before: Any, after: Any) -> bool:
    return all(isinstance(each, Mapping) and each.get("omitted") is not True for each in (before, after))


def _told(value: Any) -> str | None:
    return None if value in (None, "") else text_of(value)


def _sentence(event: Mapping[str, Any]) -> str:
    data, kind = event["data"], event["eventType"]
    if kind == EventKind.ALIAS_MOVED and data["from"] is None:
        return f"Alias {data['alias']} set to {data['to']}"
    words = {name: text_of(value) for name, value in data.items()} | {"version": event["version"] or ""}
    if kind == EventKind.DEPLOYMENT_STATUS_CHANGED:
        words["to"] = words["to"].replace("_", " ").lower()
    return SENTENCES[kind].format_map(words) if kind in SENTENCES else str(kind)


def _note(data: Mapping[str, Any]) -> str:
    """What a person or pipeline said of it; of a registration, its description; of a rollback, that it was one."""
    if data.get("reason") == "rollback" and "replaces" in data:
        return "Rolling back to what ran before."
    said = data.get("detail") or data.get("description") or ""
    return text_of(said)


def _restoring(event: Mapping[str, Any], actor: Actor) -> Link | None:
    names = {"model_id": event["modelId"]} | ({"version": event["version"]} if event["version"] else {})
    route = RESTORABLE[event["eventType"]]
    offer = Offer(label="Restore", route=route, takes=Permission.RESTORE, names=names)
    return offered_one(actor, team=event["teamId"], offer=offer)
