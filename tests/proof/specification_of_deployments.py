"""What may be asked of a model's deployments, and what is done once however often it comes (see ``specification``)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.proof.specification import (
    FINAL,
    IN_FLIGHT,
    LIVE,
    NO_DEPLOYMENT,
    NO_MODEL,
    NO_VERSION,
    NOTHING_RUNS,
    Deed,
    Deployment,
    Model,
    Place,
    Said,
    Version,
)


@dataclass(frozen=True, slots=True)
class Deploy(Deed):
    """Ask for a version to be run in an environment, under any id that was never used.

    ``mark`` is a parameter that changes nothing, but tells one request from another.
    """

    reference: str
    environment: str
    mark: str = ""

    def done_to(self, model: Model, chosen: str | None = None) -> tuple[Said, Model]:
        version, place = model.find(self.reference), model.places.get(self.environment, Place())
        if version is None:
            return NO_VERSION, model
        if place.in_flight:
            return Said(409, "deployment-blocked"), model
        asked = Deployment(chosen or f"d{len(model.deployments)}", version.label, self.environment)
        if asked.id in model.deployments:
            return Said(500, "id-given-twice"), model
        after = model.with_versions(
            _running(version, asked),
            deployments=model.deployments.having(asked.id, asked),
            places=model.places.having(self.environment, replace(place, in_flight=asked.id)),
        )
        return Said(202, told=asked), after


@dataclass(frozen=True, slots=True)
class Report(Deed):
    """Say how a deployment is doing: IN_PROGRESS, SUCCEEDED or FAILED; or CANCELLED, to call it off.

    Said again, it changes nothing. (A sign of life after more than a minute is no repetition; that is left out here.)
    """

    deployment: str
    status: str

    def done_to(self, model: Model, chosen: str | None = None) -> tuple[Said, Model]:
        old = model.deployments.get(self.deployment)
        if old is None:
            return NO_DEPLOYMENT, model
        if old.status == self.status:
            return Said(200, told=old), model
        if old.status not in IN_FLIGHT:
            return Said(409, "move-illegal"), model
        new, place = replace(old, status=self.status), model.places[old.environment]
        deployments = model.deployments.having(new.id, new)
        changed: dict[str, Version] = {}
        if new.status == "SUCCEEDED" and place.current:
            former = replace(model.deployments[place.current[0]], status="SUPERSEDED")
            deployments = deployments.having(former.id, former)
            changed[former.version] = _running(model.versions[former.version], former)
        # One deed, one revision, even where a version gained one deployment and lost another.
        version = changed.get(new.version, model.versions[new.version])
        changed[new.version] = replace(_running(version, new), revision=model.versions[new.version].revision + 1)
        after = model.with_versions(
            *changed.values(),
            deployments=deployments,
            places=model.places.having(old.environment, _place_after(new, place)),
        )
        return Said(200, told=new), after


def _running(version: Version, deployment: Deployment) -> Version:
    """The version once one of its deployments stands like this."""
    live = {each for each in version.deployments if each[0] != deployment.id}
    if deployment.status in LIVE:
        live.add((deployment.id, deployment.environment, deployment.status))
    statuses = {status for _, _, status in live}
    if statuses & IN_FLIGHT:
        status = "DEPLOYING"
    elif statuses:
        status = "DEPLOYED"
    else:
        status = "FAILED" if deployment.status == "FAILED" else "REGISTERED"
    return version.changed(deployments=tuple(sorted(live)), status=status)


def _place_after(new: Deployment, place: Place) -> Place:
    if new.status not in FINAL:
        return place
    if new.status != "SUCCEEDED":
        return replace(place, in_flight=None)
    former = place.current
    previous = former if former and former[1] != new.version else place.previous
    return Place(current=(new.id, new.version), previous=previous)


@dataclass(frozen=True, slots=True)
class ReadDeployment(Deed):
    deployment: str

    def done_to(self, model: Model, chosen: str | None = None) -> tuple[Said, Model]:
        found = model.deployments.get(self.deployment)
        return Said(200, told=found) if found else NO_DEPLOYMENT, model


@dataclass(frozen=True, slots=True)
class WhatRuns(Deed):
    environment: str

    def done_to(self, model: Model, chosen: str | None = None) -> tuple[Said, Model]:
        if not model.versions:
            return NO_MODEL, model
        place = model.places.get(self.environment, Place())
        return Said(200, told=place.current) if place.current else NOTHING_RUNS, model


@dataclass(frozen=True, slots=True)
class Once(Deed):
    """A registration or a deployment under an Idempotency-Key: what made something is answered again."""

    key: str
    deed: Deed

    def done_to(self, model: Model, chosen: str | None = None) -> tuple[Said, Model]:
        # A key belongs to an address, and that of a deployment names the version.
        scope = (self.key, getattr(self.deed, "reference", None))
        if scope in model.kept:
            deed, said = model.kept[scope]
            return said if deed == self.deed else Said(422, "idempotency-key-reused"), model
        said, after = self.deed.done_to(model, chosen)
        if said.status not in {201, 202}:
            return said, after
        return said, replace(after, kept=after.kept.having(scope, (self.deed, said)))
