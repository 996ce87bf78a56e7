"""Callers who do at once what a seed tells them, over HTTP, and what each of them heard and when."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from random import Random

from tests.callers import Caller
from tests.faults import Fault, Wire, pass_on
from tests.proof.linear.asking import ask
from tests.proof.linear.history import (
    Happened,
    Verdict,
    duplicates,
    judge,
    latest_that_were_not,
    made,
    numbers_out_of_order,
    smallest,
)
from tests.proof.linear.weather import Weather
from tests.proof.linear.workloads import Draw, Memory, Workload
from tests.proof.specification import ReadAlias, ReadModel, ReadVersion
from tests.server import Client, Server, at_once

CLIENTS = 8


@dataclass(frozen=True)
class Recording:
    """What happened to each model, and which part of the calls to DynamoDB met a fault meanwhile."""

    histories: dict[str, list[Happened]]
    faulted: float

    @property
    def verdicts(self) -> list[Verdict]:
        return [judge(history) for history in self.histories.values()]

    @property
    def duplicates(self) -> int:
        return sum(len(duplicates(history)) for history in self.histories.values())

    @property
    def is_impossible(self) -> bool:
        """Whether no order explains what happened to one of the models, or a check that takes no search fails."""
        checks = (duplicates, numbers_out_of_order, latest_that_were_not)
        return any(check(history) for history in self.histories.values() for check in checks) or (
            Verdict.IMPOSSIBLE in self.verdicts
        )

    @property
    def contradictions(self) -> list[str]:
        """What cannot be, said in full: nothing, if this is linearizable."""
        return [wrong for model, history in self.histories.items() for wrong in _contradictions(model, history)]


def _contradictions(model: str, history: list[Happened]) -> Iterator[str]:
    checks = {
        "two registrations are new under one label": duplicates,
        "automatic numbers are out of order": numbers_out_of_order,
        "latest was not the highest": latest_that_were_not,
    }
    for name, check in checks.items():
        if pairs := check(history):
            yield f"{model}: {name}:\n{pairs[0][0]}\n{pairs[0][1]}"
    verdict = judge(history)
    if verdict is Verdict.UNDECIDED:
        yield f"{model}: undecided"
    elif verdict is Verdict.IMPOSSIBLE:
        yield f"{model}: no order explains this:\n" + "\n".join(map(str, smallest(history)))


@dataclass(frozen=True)
class Recorder:
    """Callers in front of a server, and the wire behind it."""

    server: Server
    caller: Caller
    wire: Wire
    calm: Fault = pass_on

    def record(self, workload: Workload, weather: Weather, *, deeds: int) -> Recording:
        """Have so many deeds done by eight callers; then look at what is left, in good weather."""
        word = f"{workload.name.replace(' ', '-')}-{weather.seed}-{'storm' if any(weather.squalls) else 'calm'}"
        models = [f"{word}-{place}" for place in range(workload.models)]
        memories = {model: Memory() for model in models}
        histories: dict[str, list[Happened]] = defaultdict(list)

        def calls(place: int, client: Client) -> None:
            chance = Random(f"{weather.seed}/{place}")
            for number in range(deeds // CLIENTS):
                model = chance.choice(models)
                draw = Draw(chance, memories[model], workload, model, f"{place}-{number}")
                deed = workload.draw(draw)
                called = time.monotonic_ns()
                said = ask(client, model, deed)
                returned = time.monotonic_ns() if said else math.inf
                memories[model].note(deed, said)
                happened = Happened(deed=deed, said=said, called=called, returned=returned, client=place)
                histories[model].append(happened)

        with ExitStack() as connections:
            clients = [
                connections.enter_context(Client(self.server.port, self.caller.authorization)) for _ in range(CLIENTS)
            ]
            for client in clients:
                assert client.calls("GET", "me").status == 200
            self.wire.always("*", weather)
            at_once([lambda place=place, client=client: calls(place, client) for place, client in enumerate(clients)])
            self.wire.always("*", self.calm)
            for model in models:
                histories[model] = self._completed(clients[0], model, histories[model], workload)
        return Recording(dict(histories), weather.share)

    def _completed(self, client: Client, model: str, history: list[Happened], workload: Workload) -> list[Happened]:
        """With what history tells of deeds that nobody heard of, and what stands at the end."""
        told = self._told(client, model)
        known = []
        for each in history:
            if each.is_settled or (mark := made(each.deed)) is None:
                known.append(each)
            elif mark in told:
                known.append(replace(each, chosen=told[mark]))
        given = {each.said.chosen for each in known if each.said} | set(told.values())
        labels = sorted({*workload.labels, *(label for label in given if label and "." not in label)})
        looks = [ReadModel(), *map(ReadVersion, labels), *map(ReadAlias, workload.aliases)]
        for deed in looks:
            called = time.monotonic_ns()
            said = ask(client, model, deed)
            assert said is not None
            known.append(Happened(deed=deed, said=said, called=called, returned=time.monotonic_ns(), client=CLIENTS))
        return known

    def _told(self, client: Client, model: str) -> dict[str, str]:
        """What was made, by what tells it from the rest: the label of an artifact, the id of a mark."""
        told = {}
        path: str | None = f"models/payments.{model}/events?limit=100"
        while path is not None:
            answer = client.calls("GET", path)
            if answer.status == 404:
                break
            for event in answer.body["results"]:
                data = event["data"]
                if event["eventType"] == "ModelVersionRegistered":
                    told[data["artifact"]["s3Uri"]] = event["version"]
                if event["eventType"] == "DeploymentRequested":
                    told[data["parameters"]["mark"]] = data["deploymentId"]
            path = answer.body["next"]
        return told
