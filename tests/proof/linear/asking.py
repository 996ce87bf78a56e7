"""Deeds as HTTP requests, and answers as what the specification says."""

from __future__ import annotations

import http.client
from typing import Any

from tests.builders import a_registration
from tests.callers import Answer, under
from tests.proof import specification as spec
from tests.proof import specification_of_deployments as deployments
from tests.proof.specification import Deed, Said
from tests.server import Client

UNKNOWN = {502, 503, 504}  # it may have been done


def ask(client: Client, model: str, deed: Deed) -> Said | None:
    """Do it to a model over HTTP; None where nobody knows whether it was done."""
    key = deed.key if isinstance(deed, deployments.Once) else None
    inner = deed.deed if isinstance(deed, deployments.Once) else deed
    method, path, body, headers = _request(inner, model)
    try:
        answer = client.calls_once(method, path, body, **headers, **under(key))
    except (OSError, http.client.HTTPException):
        client.connection.close()
        return None
    if answer.status in UNKNOWN:
        return None
    if answer.status >= 400:
        return Said(answer.status, str(answer.body["type"]).removeprefix("/problems/"))
    return Said(answer.status, told=_told(inner, answer))


def _request(  # noqa: C901, PLR0912 - a table with a row for each deed
    deed: Deed, model: str
) -> tuple[str, str, Any, dict[str, str]]:
    path = f"models/payments.{model}"
    match deed:
        case spec.Register():
            different = {"version": deed.label, "s3Uri": deed.uri, "description": deed.description or None}
            return "POST", "models", a_registration(modelName=model, **different), {}
        case spec.ReadVersion():
            return "GET", f"{path}/{deed.reference}", None, {}
        case spec.ReadModel():
            return "GET", path, None, {}
        case spec.Patch():
            return "PATCH", f"{path}/{deed.reference}", {"description": deed.description}, _condition(deed.if_match)
        case spec.Delete():
            return "DELETE", f"{path}/{deed.reference}", None, _condition(deed.if_match)
        case spec.Restore():
            return "POST", f"{path}/{deed.label}/restore", None, {}
        case spec.MoveAlias():
            return "PUT", f"{path}/aliases/{deed.alias}", {"version": deed.to}, _condition(deed.if_match)
        case spec.RemoveAlias():
            return "DELETE", f"{path}/aliases/{deed.alias}", None, _condition(deed.if_match)
        case spec.ReadAlias():
            return "GET", f"{path}/aliases/{deed.alias}", None, {}
        case deployments.Deploy():
            body = {"environment": deed.environment, "parameters": {"mark": deed.mark}}
            return "POST", f"{path}/{deed.reference}/deploy", body, {}
        case deployments.Report(status="CANCELLED"):
            return "POST", f"deployments/{deed.deployment}/cancel", None, {}
        case deployments.Report():
            return "POST", f"deployments/{deed.deployment}/status", {"status": deed.status}, {}
        case deployments.ReadDeployment():
            return "GET", f"deployments/{deed.deployment}", None, {}
        case deployments.WhatRuns():
            return "GET", f"{path}/resolve?environment={deed.environment}", None, {}
    raise TypeError(deed)


def _condition(etag: str | None) -> dict[str, str]:
    if etag is None:
        return {}
    return {"if_none_match": "*"} if etag == spec.NOTHING else {"if_match": f'"{etag}"'}


def _told(deed: Deed, answer: Answer) -> Any:
    body = answer.body
    match deed:
        case spec.ReadModel():
            return _overview(body)
        case spec.MoveAlias() | spec.ReadAlias():
            return spec.Alias(body["version"], _revision(body["version"], answer))
        case deployments.Deploy() | deployments.Report() | deployments.ReadDeployment():
            return spec.Deployment(body["deploymentId"], body["version"], body["environment"], body["status"])
        case deployments.WhatRuns():
            return body["deploymentId"], body["version"]
    return _version(answer) if body is not None else None


def _version(answer: Answer) -> spec.Version:
    body = answer.body
    live = ((each["deploymentId"], each["environment"], each["status"]) for each in body["deployments"])
    return spec.Version(
        label=body["version"],
        uri=body["s3Uri"],
        description=body["description"],
        status=body["status"],
        revision=_revision(body["version"], answer),
        aliases=tuple(body["aliases"]),
        deployments=tuple(sorted(live)),
    )


def _revision(label: str, answer: Answer) -> int:
    """What the ETag says, which must name the same version as the body."""
    named, _, revision = answer.etag.strip('"').rpartition("-")
    return int(revision) if named == label else -1


def _overview(body: dict[str, Any]) -> spec.Overview:
    latest = body["latestVersion"]
    places = {place.partition("/")[0]: _place(told) for place, told in body["placements"].items()}
    return spec.Overview(
        latest=(latest["version"], latest["status"]) if latest else None,
        count=body["versionCount"],
        labels=tuple(each["version"] for each in body["versions"]["results"]),
        aliases=frozenset(body["aliases"].items()),
        places=frozenset((name, place) for name, place in places.items() if place != spec.Place()),
    )


def _place(told: dict[str, Any]) -> spec.Place:
    def running(each: dict[str, Any] | None) -> tuple[str, str] | None:
        return (each["deploymentId"], each["version"]) if each else None

    return spec.Place(running(told["current"]), running(told["previous"]), told["inFlight"])
