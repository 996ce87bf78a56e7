"""Two names and all that may become of the models behind them: said by the specification, tried on the registry.

The specification knows one model; what concerns its name as a whole is said here: a rename, its end, its return.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from tests.callers import Answer, Caller
from tests.proof.linear.asking import ask
from tests.proof.specification import NO_MODEL, Deed, Model, Place, Rows, Said
from tests.proof.specification_of_deployments import Deploy

TEAM = "payments"
NOTHING_TO_RESTORE = Said(404, "nothing-to-restore")
MODEL_TAKEN, MODEL_IN_USE = Said(409, "model-taken"), Said(409, "model-in-use")


@dataclass(frozen=True, slots=True)
class RollBack(Deed):
    """Deploy again what ran in an environment before."""

    environment: str

    def done_to(self, model: Model, chosen: str | None = None) -> tuple[Said, Model]:
        if not model.versions:
            return NO_MODEL, model
        previous = model.places.get(self.environment, Place()).previous
        if previous is None:
            return Said(409, "nothing-to-roll-back-to"), model
        return Deploy(previous[1], self.environment).done_to(model, chosen)


@dataclass
class Names:
    """What the models of a team are called, and those in the archive, the one deleted last at the end."""

    models: dict[str, Model] = field(default_factory=dict)
    archive: dict[str, list[Model]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Model:
        return self.models.get(name, Model())

    def rename(self, name: str, to: str) -> int | Said:
        model = self[name]
        if not model.versions:
            return NO_MODEL
        if is_in_use(model):
            return MODEL_IN_USE
        if to == name:
            return 200
        if self[to].versions:
            return MODEL_TAKEN
        # A version says which model it is of, so its state is another one.
        self.models[to] = replace(
            model, versions=Rows({each.label: each.changed() for each in model.versions.values()})
        )
        self.models[name] = Model()
        return 200

    def delete(self, name: str) -> int | Said:
        model = self[name]
        if not model.versions:
            return NO_MODEL
        if is_in_use(model):
            return MODEL_IN_USE
        self.archive.setdefault(name, []).append(model)
        self.models[name] = Model()
        return 204

    def restore(self, name: str) -> int | Said:
        if not self.archive.get(name):
            return NOTHING_TO_RESTORE
        if self[name].versions:
            return MODEL_TAKEN
        self.models[name] = self.archive[name].pop()
        return 200

    def holder_of(self, deployment: str) -> str | None:
        """The name of the model that a deployment belongs to; None if that is in the archive."""
        return next((name for name, model in self.models.items() if deployment in model.deployments), None)


def is_in_use(model: Model) -> bool:
    """Whether something of it runs, or is about to."""
    return any(place.current or place.in_flight for place in model.places.values())


@dataclass(frozen=True)
class Registry:
    """The registry, asked in this process by one caller."""

    caller: Caller

    def does(self, name: str, deed: Deed) -> Said | None:
        """What it says of a deed."""
        if isinstance(deed, RollBack):
            return self._rolled_back(name, deed)
        return ask(self, name, deed)  # type: ignore[arg-type]

    def calls_once(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request; nothing of it is lost here."""
        return self.caller.calls(method, path, body, **headers)

    def renames(self, name: str, to: str) -> int | Said:
        return _outcome(self.caller.renames(f"{TEAM}.{name}", to))

    def deletes(self, name: str) -> int | Said:
        return _outcome(self.caller.deletes_model(f"{TEAM}.{name}"))

    def restores(self, name: str) -> int | Said:
        return _outcome(self.caller.restores_model(f"{TEAM}.{name}"))

    def _rolled_back(self, name: str, deed: RollBack) -> Said:
        from tests.proof.specification import Deployment

        answer = self.caller.rolls_back(f"{TEAM}.{name}", environment=deed.environment)
        if answer.status >= 400:
            return Said(answer.status, answer.slug)
        body = answer.body
        told = Deployment(body["deploymentId"], body["version"], body["environment"], body["status"])
        return Said(answer.status, told=told)


def _outcome(answer: Answer) -> int | Said:
    return Said(answer.status, answer.slug) if answer.status >= 400 else answer.status
