"""Many callers at one model at the same time: nothing is lost, nothing is given twice, nobody hears of an error."""

from __future__ import annotations

from collections import Counter

from tests.builders import a_registration
from tests.callers import Answer
from tests.proof.conftest import CLIENTS, Crowd, rounds
from tests.proof.figures import proves
from tests.server import Client, at_once

EACH = rounds(8, full=50)


def registers(client: Client, **different: object) -> Answer:
    return client.calls("POST", "models", a_registration(**different))


def statuses(answers: list[Answer]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


class TestRegistering:
    """Promised: "Automatic version numbers are reserved with an atomic ADD … Gaps are allowed, reuse is not."."""

    def test_everybody_gets_a_number_of_their_own(self, crowd: Crowd) -> None:
        def one_after_the_other(client: Client) -> list[Answer]:
            return [registers(client) for _ in range(EACH)]

        clients = crowd.of(crowd.cast.contributor)
        series = at_once([lambda client=client: one_after_the_other(client) for client in clients])

        answers = [answer for answers in series for answer in answers]
        assert statuses(answers) == {201: CLIENTS * EACH}
        numbers = [int(answer.body["version"]) for answer in answers]
        assert len(set(numbers)) == CLIENTS * EACH
        for own in series:  # who asks later gets a higher one
            mine = [int(answer.body["version"]) for answer in own]
            assert mine == sorted(mine)
        assert self.registered(crowd) == sorted(numbers)
        model = crowd.cast.viewer.reads("payments.fraud").body
        assert (model["versionCount"], model["latestVersion"]["version"]) == (CLIENTS * EACH, str(max(numbers)))

    def registered(self, crowd: Crowd) -> list[int]:
        """The numbers of which history tells, each as often as it does."""
        pages = crowd.cast.viewer.pages("models/payments.fraud/events", limit=100)
        assert {event["eventType"] for page in pages for event in page} == {"ModelVersionRegistered"}
        return sorted(int(event["version"]) for page in pages for event in page)

    def test_one_label_is_registered_once_and_the_others_are_told_so(self, crowd: Crowd) -> None:
        clients = crowd.of(crowd.cast.contributor)

        for round_ in range(5):
            label = f"1.{round_}.0"
            answers = at_once(
                [lambda client=client, label=label: registers(client, version=label) for client in clients]
            )

            assert statuses(answers) == {201: 1, 200: CLIENTS - 1}
            assert len({str(answer.body) for answer in answers}) == 1

    def test_two_artifacts_under_one_label_are_never_both_accepted(self, crowd: Crowd) -> None:
        clients = crowd.of(crowd.cast.contributor)

        for round_ in range(5):
            label = f"1.{round_}.0"
            uris = [f"s3://models/fraud/{number}" for number in range(CLIENTS)]
            answers = at_once(
                [
                    lambda client=client, uri=uri, label=label: registers(client, version=label, s3Uri=uri)
                    for client, uri in zip(clients, uris, strict=True)
                ]
            )

            assert statuses(answers) == {201: 1, 409: CLIENTS - 1}
            winner = next(answer.body["s3Uri"] for answer in answers if answer.status == 201)
            assert crowd.cast.viewer.reads("payments.fraud", label).body["s3Uri"] == winner
        figure = f"5 labels, {CLIENTS} artifacts each: one of each accepted"
        proves("writers who meet lose nothing", figure, target="one each", holds=True)

    def test_labels_and_numbers_do_not_get_in_each_others_way(self, crowd: Crowd) -> None:
        clients = crowd.of(crowd.cast.contributor)
        labels = [None, "3"] * (CLIENTS // 2)
        pairs = list(zip(clients, labels, strict=True))

        answers = at_once(
            [lambda client=client, label=label: registers(client, version=label) for client, label in pairs]
        )

        assert set(statuses(answers)) <= {200, 201}
        unlabelled = [answer.body["version"] for answer, label in zip(answers, labels, strict=True) if label is None]
        assert len(set(unlabelled)) == len(unlabelled)


class TestUpdating:
    """Promised: "Concurrent writers lose nothing: conditional writes and ETags everywhere"."""

    def test_no_increment_is_lost_under_if_match(self, crowd: Crowd) -> None:
        crowd.cast.contributor.registers("fraud", version="1.0.0", metadata={"counter": 0})
        path = "models/payments.fraud/1.0.0"

        def increments(client: Client) -> list[Answer]:
            answers = []
            for _ in range(EACH):
                seen = client.calls("GET", path)
                body = {"deploymentTarget": "EKS", "metadata": {"counter": seen.body["metadata"]["counter"] + 1}}
                answers.append(client.calls("PUT", path, body, if_match=seen.etag))
            return answers

        clients = crowd.of(crowd.cast.contributor)
        series = at_once([lambda client=client: increments(client) for client in clients])

        counted = statuses([answer for answers in series for answer in answers])
        assert set(counted) <= {200, 412}
        assert counted[200] + counted[412] == CLIENTS * EACH
        assert counted[200] > 0
        assert counted[412] > 0, "nobody ever met anybody: this proves nothing"
        final = crowd.cast.viewer.reads("payments.fraud", "1.0.0").body["metadata"]["counter"]
        name, figure = (
            "no increment under If-Match is lost",
            f"{final} counted, {counted[200]} told so, {counted[412]} not",
        )
        proves(name, figure, target="as many counted as told so", holds=final == counted[200])

    def test_patches_of_different_keys_are_all_kept(self, crowd: Crowd) -> None:
        crowd.cast.contributor.registers("fraud", version="1.0.0")

        def patches(client: Client, place: int) -> list[Answer]:
            return [
                client.calls("PATCH", "models/payments.fraud/1.0.0", {"tags": {f"{place}-{step}": "x"}})
                for step in range(3)
            ]

        clients = crowd.of(crowd.cast.contributor)
        series = at_once(
            [lambda client=client, place=place: patches(client, place) for place, client in enumerate(clients)]
        )

        assert statuses([answer for answers in series for answer in answers]) == {200: CLIENTS * 3}
        kept = crowd.cast.viewer.reads("payments.fraud", "1.0.0").body["tags"]
        assert set(kept) == {f"{place}-{step}" for place in range(CLIENTS) for step in range(3)}
        figure = f"{len(kept)} tags of {CLIENTS} writers kept"
        proves("writers who meet lose nothing", figure, target="all", holds=True)

    def test_descriptions_of_a_model_are_all_told(self, crowd: Crowd) -> None:
        crowd.cast.contributor.registers("fraud", version="1.0.0")
        clients = crowd.of(crowd.cast.contributor)

        def describes(client: Client, place: int) -> Answer:
            return client.calls("PATCH", "models/payments.fraud", {"description": f"text {place}"})

        answers = at_once(
            [lambda client=client, place=place: describes(client, place) for place, client in enumerate(clients)]
        )

        assert statuses(answers) == {200: CLIENTS}
        assert Counter(crowd.cast.viewer.history("payments.fraud"))["ModelUpdated"] == CLIENTS
