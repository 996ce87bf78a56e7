"""Two registries that are alike but for their size: each on an engine of its own, filled as the benchmark fills its."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.http import HttpResponse

from models_app.domain.models import ModelId
from models_app.domain.teams import TeamSlug
from models_app.storage.soundness import faults_on
from tests.benchmarks.planted import name_of
from tests.benchmarks.seeding import plant_models, plant_more_versions
from tests.callers import a_team
from tests.costing.measurements import a_usual_version
from tests.engine import Engine, point_to
from tests.faults import Wire
from tests.proof.faults.asked import Asked
from tests.proof.faults.world import World, a_world
from tests.proof.figures import IN_FULL
from tests.proof.scale.taken import Taken, take
from tests.tables import everything, make_table

FIRST = 1_000_001  # of the planted versions: labels are of one length, however many there are


@dataclass(frozen=True)
class Size:
    """How many models there are in each team, and how many versions of its model fraud."""

    models: int
    versions: int


SMALL = Size(100, 100)
LARGE = Size(100_000, 10_000) if IN_FULL else Size(1_000, 1_000)

RARE = {"rare": "yes"}
# Of the team payments, so many are of one kind in either, that pages of its history compare.
LAST_EVENTS = 80


def rare_names(size: Size) -> list[str]:
    """The names of those with a rare tag, in their order."""
    return ["a-rare-one", f"{name_of(size.models // 2)}-rare", "z-rare-one"]


@dataclass(frozen=True, eq=False)
class Registry:
    """The world of ``a_world`` in a registry of a size: that many models and versions are there besides.

    The team payments is asked over the REST API, vision over MLflow's; both have a model fraud with many versions, and
    three models with a tag that no other has: the first, one in the middle, and the last.
    """

    size: Size
    engine: Engine
    wire: Wire
    world: World

    @property
    def highest(self) -> str:
        """The label of fraud's highest version."""
        return str(FIRST + self.size.versions - 1)

    @property
    def middle(self) -> str:
        """That of one in the middle."""
        return str(FIRST + self.size.versions // 2)

    def check(self) -> None:
        """Nothing in it may contradict itself."""
        assert faults_on([everything(self.engine)]) == []

    def takes(self, asked: Asked, *, is_timed: bool = False) -> Taken:
        """What a request takes here."""
        return self.answers(asked, is_timed=is_timed)[1]

    def answers(self, asked: Asked, *, is_timed: bool = False) -> tuple[HttpResponse, Taken]:
        """The answer too."""
        return take(asked, self.engine, self.wire, is_timed=is_timed)


@contextmanager
def a_registry(size: Size, *, data: Path | None, receiver: str) -> Iterator[Registry]:
    """Make one; ``data`` is where its engine keeps it, for what is too much for memory."""
    engine = Engine(data)
    wire = Wire(engine)
    usual = os.environ["AWS_ENDPOINT_URL_DYNAMODB"]
    try:
        with wire.in_use():
            make_table(engine)
            point_to(engine)  # whoever plants goes there without a client
            world = a_world(a_team(), receiver=receiver, **a_usual_version())
            for team in map(TeamSlug, ("payments", "vision")):
                plant_models(team, size.models)
                plant_more_versions(ModelId.parse(f"{team}.fraud"), size.versions, first=FIRST)
            for caller in (world.cast.maintainer, world.cast.outsider):
                for name in rare_names(size):
                    caller.registers(name, version="1", tags=RARE)
                    caller.describes(f"{caller.name.partition(' ')[0]}.{name}", {"tags": RARE})
            for number in range(LAST_EVENTS):
                world.cast.maintainer.describes("payments.a-rare-one", {"description": f"{number:03}"})
        yield Registry(size, engine, wire, world)
    finally:
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = usual
        wire.close()
        engine.stop()
