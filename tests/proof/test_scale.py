"""What a request costs does not depend on how much is kept: a hundred models and versions, or a hundred thousand.

The same requests are sent to a small registry and to a large one. CPU is judged by the steps of the process, which do
not jitter (see ``scale.taken``); seconds of it are told beside. What has to look for something rare has bounds instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from urllib.parse import quote, urlencode

import pytest

from models_app.domain.labels import VersionLabel
from models_app.domain.pages import FILTERED_BATCH
from models_app.domain.versions import ModelVersion, VersionReference
from models_app.mlflow.searches import MAX_CALLS
from models_app.storage import version_lists, versions
from models_app.storage.pages import MAX_QUERIES
from tests.outbox.buses import PlayedBus
from tests.outbox.conftest import played, played_bus, publishing_to
from tests.outbox.receivers import listening
from tests.proof.conftest import rounds
from tests.proof.faults.asked import Asked
from tests.proof.figures import IN_FULL, controls, proves
from tests.proof.scale.asking import BOUNDED, endpoints_of, every_request
from tests.proof.scale.worlds import LARGE, SMALL, Registry, a_registry, rare_names

__all__ = ["played", "played_bus", "publishing_to"]

FLAT = "a request costs the same among 100,000 models and 10,000 versions of one as among 100"
RAREST = "what is rare among 100,000 models is found page by page, each within its bound"
ONE = "`GET /api/v1/models/{modelId}/{version}`"
TIMES = rounds(0, full=5)
A_LITTLE = 1.01

Both = tuple[Registry, Registry]


@pytest.fixture(scope="module")
def registries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """The small and the large one. They are as sound at the end as they were made."""
    data = tmp_path_factory.mktemp("large") if IN_FULL else None
    with ExitStack() as made:
        receiver = made.enter_context(listening())
        small = made.enter_context(a_registry(SMALL, data=None, receiver=receiver.url))
        large = made.enter_context(a_registry(LARGE, data=data, receiver=receiver.url))
        yield small, large
        for each in (small,) if IN_FULL else (small, large):
            each.check()


def beyond(registries: Both, asked: Asked, same: Asked) -> tuple[list[str], float]:
    """In what a request takes more in the large registry, and how many times as much."""
    small, large = registries
    much, little = large.takes(same), small.takes(asked)
    if much.times(little) > A_LITTLE:
        much = large.takes(same)  # the first request of its kind fills caches
    return much.beyond(little), much.times(little)


def seconds(registries: Both, asked: Asked, same: Asked) -> tuple[float, float]:
    """The least CPU that a request took in each of them; they take turns."""
    small, large = registries
    pairs = [(small.takes(asked, is_timed=True), large.takes(same, is_timed=True)) for _ in range(TIMES)]
    return min(little.seconds for little, _ in pairs), min(much.seconds for _, much in pairs)


class TestEveryEndpoint:
    def test_costs_the_same(self, registries: Both, played: PlayedBus) -> None:
        asked, same = map(every_request, registries)
        assert asked.keys() == same.keys()

        found, times, took = {}, 1.0, []
        for name, request in asked.items():
            more, ratio = beyond(registries, request, same[name])
            times = max(times, ratio)
            if more:
                found[name] = more
            if TIMES:
                took.append(seconds(registries, request, same[name]))

        figure = f"{len(asked)} requests, at most {times:.2f} times units, bytes or steps"
        if TIMES:
            little, much = map(sum, zip(*took, strict=True))
            figure += f"; CPU {much / little:.2f} times {little / len(asked) * 1000:.1f} ms"
        if found:
            figure += f"; beyond: {found}"
        proves(FLAT, figure, target="the same calls, 1.10 times", holds=not found)

    def test_one_that_counts_is_found(
        self, registries: Both, played: PlayedBus, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It looks through all versions before it says what one of them is."""
        careful, asked = versions.get, [endpoints_of(each)[ONE] for each in registries]

        def counting(reference: VersionReference) -> ModelVersion:
            version_lists.list_tagged(reference.model, key="counted", value="never")
            return careful(reference)

        monkeypatch.setattr(versions, "get", counting)
        more, times = beyond(registries, *asked)

        controls(FLAT, f"one that counts: {times:.0f} times", target="noticed", holds=bool(more))

    def test_one_that_only_computes_is_found(
        self, registries: Both, played: PlayedBus, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its calls are the same, but it goes through all numbers that a model may have."""
        careful, asked = versions.get, [endpoints_of(each)[ONE] for each in registries]
        size = iter([LARGE, SMALL, LARGE])  # as ``beyond`` asks them

        def computing(reference: VersionReference) -> ModelVersion:
            for number in range(next(size).versions):
                VersionLabel.of_number(number + 1)
            return careful(reference)

        monkeypatch.setattr(versions, "get", computing)
        more, times = beyond(registries, *asked)

        controls(FLAT, f"one that computes: {times:.1f} times", target="noticed", holds=bool(more))


class TestWhatMayReadMore:
    """It stays within the bounds that docs/api.md and docs/mlflow.md tell."""

    def test_has_bounds(self, registries: Both) -> None:
        endpoints = endpoints_of(registries[1])

        for name, (most_calls, most_items) in BOUNDED.items():
            taken = registries[1].takes(endpoints[name])
            assert len(taken.calls) <= most_calls, name
            assert taken.looked_at <= most_items, name

    @pytest.mark.parametrize("ordering", ["modelId", "-updatedAt"])
    def test_what_is_rare_is_found_over_the_api(self, registries: Both, ordering: str) -> None:
        large = registries[1]
        request = endpoints_of(large)["`GET /api/v1/me`"]
        query = {"teamId": "payments", "tag": "rare:yes", "ordering": ordering}
        found, pages, following = [], 0, f"/api/v1/models?{urlencode(query)}"
        while following:
            answer, taken = large.answers(replace(request, path=following))
            assert len(taken.calls) <= MAX_QUERIES
            assert taken.looked_at <= MAX_QUERIES * FILTERED_BATCH
            found += [model["modelName"] for model in answer.json()["results"]]
            pages, following = pages + 1, answer.json()["next"]

        figure = f"{len(found)} of 3 in {pages} pages of at most {MAX_QUERIES * FILTERED_BATCH:,} models, by {ordering}"
        proves(RAREST, figure, target="3 of 3", holds=sorted(found) == rare_names(LARGE))

    def test_and_over_mlflows(self, registries: Both) -> None:
        large = registries[1]
        request = endpoints_of(large)["`GET registered-models/search`"]
        path = request.path.partition("?")[0] + "?filter=" + quote("tags.rare = 'yes'")
        found, pages, token = [], 0, ""
        while pages == 0 or token:
            answer, taken = large.answers(replace(request, path=f"{path}&page_token={token}"))
            assert len(taken.calls) <= MAX_CALLS
            assert taken.looked_at <= MAX_CALLS * (FILTERED_BATCH + 1)
            found += [model["name"] for model in answer.json().get("registered_models", [])]
            pages, token = pages + 1, answer.json().get("next_page_token", "")

        figure = (
            f"{len(found)} of 3 in {pages} pages of at most {MAX_CALLS * FILTERED_BATCH:,} models, over MLflow's API"
        )
        proves(RAREST, figure, target="3 of 3", holds=found == rare_names(LARGE))

    def test_a_search_for_versions_of_all_models_goes_on(self, registries: Both) -> None:
        """It asks one model after the other: all of them would take too long here."""
        large = registries[1]
        request = endpoints_of(large)["`GET model-versions/search`"]
        path = request.path.partition("?")[0] + "?filter=" + quote("tags.rare = 'no'")
        tokens = [""]
        for _ in range(3):
            answer, taken = large.answers(replace(request, path=f"{path}&page_token={tokens[-1]}"))
            assert len(taken.calls) <= MAX_CALLS
            assert taken.looked_at <= MAX_CALLS * (FILTERED_BATCH + 1)
            tokens.append(answer.json()["next_page_token"])
        assert len(set(tokens)) == len(tokens)

    def test_one_that_goes_on_until_its_page_is_full_is_found(
        self, registries: Both, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("models_app.storage.pages.MAX_QUERIES", 20)  # all of them are not read in time
        taken = registries[1].takes(endpoints_of(registries[1])["`GET /api/v1/models`: filtered by a tag"])

        figure = f"one that reads on for a full page: {taken.looked_at:,} models"
        controls(RAREST, figure, target="noticed", holds=taken.looked_at > MAX_QUERIES * FILTERED_BATCH)
