"""Moving an alias: pointing a name to a version, under the rules of its team."""

from __future__ import annotations

import pytest
from inline_snapshot import snapshot

from tests.callers import Cast


@pytest.fixture
def fraud(payments: Cast) -> Cast:
    """A model with the versions 1 and 2."""
    for label in ("1", "2"):
        payments.contributor.registers("fraud", version=label)
    return payments


class TestMoving:
    def test_a_contributor_makes_an_alias(self, fraud: Cast) -> None:
        answer = fraud.contributor.moves("payments.fraud", "challenger", "1")

        assert answer.status == 201
        assert answer.lasting == snapshot({"alias": "challenger", "modelId": "payments.fraud", "version": "1"})
        assert answer.body["movedBy"] == fraud.contributor.gets("me").body["actor"]
        assert fraud.viewer.alias("payments.fraud", "challenger").body == answer.body

    def test_and_moves_it(self, fraud: Cast) -> None:
        first = fraud.contributor.moves("payments.fraud", "challenger", "1")

        second = fraud.contributor.moves("payments.fraud", "challenger", "2")

        assert (second.status, second.body["version"]) == (200, "2")
        assert second.body["movedAt"] > first.body["movedAt"]
        assert second.etag != first.etag

    def test_both_versions_and_the_model_know_of_it(self, fraud: Cast) -> None:
        fraud.contributor.moves("payments.fraud", "challenger", "1")
        fraud.contributor.moves("payments.fraud", "challenger", "2")

        assert fraud.viewer.reads("payments.fraud").body["aliases"] == {"challenger": "2"}
        assert fraud.viewer.reads("payments.fraud", "1").body["aliases"] == []
        assert fraud.viewer.reads("payments.fraud", "2").body["aliases"] == ["challenger"]
        assert fraud.viewer.reads("payments.fraud", "@challenger").body["version"] == "2"

    def test_a_version_may_have_several_in_the_order_of_the_alphabet(self, fraud: Cast) -> None:
        for alias in ("shadow", "backup", "challenger"):
            fraud.contributor.moves("payments.fraud", alias, "1")

        assert fraud.viewer.reads("payments.fraud", "1").body["aliases"] == ["backup", "challenger", "shadow"]

    def test_to_where_it_is_already_nothing_happens(self, fraud: Cast) -> None:
        first = fraud.contributor.moves("payments.fraud", "challenger", "1")

        again = fraud.maintainer.moves("payments.fraud", "challenger", "1")

        assert (again.status, again.body, again.etag) == (200, first.body, first.etag)
        assert fraud.viewer.history("payments.fraud").count("AliasMoved") == 1

    @pytest.mark.parametrize("reference", ["latest", "@backup"])
    def test_the_version_may_be_a_reference(self, fraud: Cast, reference: str) -> None:
        fraud.contributor.moves("payments.fraud", "backup", "2")

        answer = fraud.contributor.moves("payments.fraud", "challenger", reference)

        assert answer.body["version"] == "2"

    def test_it_stays_where_it_is_when_latest_goes_on(self, fraud: Cast) -> None:
        fraud.contributor.moves("payments.fraud", "challenger", "latest")
        fraud.contributor.registers("fraud", version="3")

        assert fraud.viewer.alias("payments.fraud", "challenger").body["version"] == "2"

    def test_the_move_is_in_the_history_with_both_ends(self, fraud: Cast) -> None:
        fraud.contributor.moves("payments.fraud", "challenger", "1")
        fraud.contributor.moves("payments.fraud", "challenger", "2")

        events = fraud.viewer.gets("models/payments.fraud/events").body["results"]

        assert [(event["eventType"], event["version"], event["data"]) for event in events[:2]] == [
            ("AliasMoved", "2", {"alias": "challenger", "from": "1", "to": "2"}),
            ("AliasMoved", "1", {"alias": "challenger", "from": None, "to": "1"}),
        ]

    def test_it_does_not_count_as_a_change_that_somebody_wrote(self, fraud: Cast) -> None:
        before = fraud.viewer.reads("payments.fraud", "1").body

        fraud.contributor.moves("payments.fraud", "challenger", "1")

        after = fraud.viewer.reads("payments.fraud", "1").body
        assert (after["updatedAt"], after["updatedBy"]) == (before["updatedAt"], before["updatedBy"])


class TestNames:
    @pytest.mark.parametrize("alias", ["a", "Champion_2", "_private", "canary-eu-west-1", "versions", "a" * 128])
    def test_words_are_welcome(self, fraud: Cast, alias: str) -> None:
        assert fraud.contributor.moves("payments.fraud", alias, "1").status == 201
        assert fraud.viewer.reads("payments.fraud", f"@{alias}").body["version"] == "1"

    @pytest.mark.parametrize(
        ("alias", "code"),
        [
            ("latest", "reserved"),
            ("Latest", "reserved"),
            ("1", "reserved"),
            ("v7", "reserved"),
            ("2026-11-01", "reserved"),
            ("-a", "invalid"),
            ("a.b", "invalid"),
            ("a b", "invalid"),
            ("@champion", "invalid"),
            ("größe", "invalid"),
            ("a" * 129, "invalid"),
        ],
    )
    def test_what_could_be_taken_for_something_else_is_refused(self, fraud: Cast, alias: str, code: str) -> None:
        assert fraud.contributor.moves("payments.fraud", alias, "1").wrong_fields == {"alias": code}
        assert fraud.viewer.alias("payments.fraud", alias).slug == "alias-not-found"
        assert fraud.contributor.removes("payments.fraud", alias).slug == "alias-not-found"

    def test_a_model_has_fifty_at_most(self, fraud: Cast) -> None:
        for number in range(50):
            assert fraud.contributor.moves("payments.fraud", f"a{number}", "1").status == 201

        assert fraud.contributor.moves("payments.fraud", "one-more", "1").problem == snapshot(
            {
                "type": "/problems/too-many-aliases",
                "title": "This model has all the aliases it can have",
                "status": 409,
                "detail": "Model payments.fraud has 50 aliases, the most a model may have. Remove one first.",
            }
        )
        assert fraud.contributor.moves("payments.fraud", "a7", "2").status == 200
        assert fraud.contributor.patches("payments.fraud", "1", {"description": "x"}).status == 200
        assert fraud.contributor.removes("payments.fraud", "a9").status == 204
        assert fraud.contributor.moves("payments.fraud", "one-more", "1").status == 201


class TestMoreThanOneTransactionTakes:
    """A version is written under each of its aliases at once, and DynamoDB takes 4 MB at once."""

    def test_large_versions_have_fewer_aliases_and_the_remedy_helps(self, payments: Cast) -> None:
        large = {name: {"text": "x" * 65_000} for name in ("metadata", "signature")}
        payments.contributor.registers("fraud", version="1", **large, lineage={"runId": "x" * 65_000})

        moved = [payments.contributor.moves("payments.fraud", f"a{number}", "1") for number in range(30)]

        made = sum(answer.status == 201 for answer in moved)
        assert made >= 15
        assert {answer.slug for answer in moved[made:]} == {"change-too-large"}
        assert payments.contributor.removes("payments.fraud", "a0").status == 204
        assert payments.contributor.moves("payments.fraud", "another", "1").status == 201

    def test_versions_with_many_aliases_do_not_grow_beyond_it(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1")
        for number in range(50):
            payments.contributor.moves("payments.fraud", f"a{number}", "1")
        larger = {"metadata": {"text": "x" * 65_000}, "tags": {f"key {n}": "x" * 1_000 for n in range(50)}}

        assert payments.contributor.patches("payments.fraud", "1", larger).slug == "change-too-large"
        assert payments.contributor.patches("payments.fraud", "1", {"metadata": larger["metadata"]}).status == 200


class TestWhereItMayPoint:
    @pytest.mark.parametrize("version", ["9", "@nothing", "word", ""])
    def test_not_to_what_does_not_exist(self, fraud: Cast, version: str) -> None:
        answer = fraud.contributor.moves("payments.fraud", "challenger", version)

        assert answer.status in {400, 404}
        assert fraud.viewer.reads("payments.fraud").body["aliases"] == {}

    def test_not_to_a_deleted_version(self, fraud: Cast) -> None:
        fraud.maintainer.deletes("payments.fraud", "1")

        assert fraud.contributor.moves("payments.fraud", "challenger", "1").slug == "version-not-found"

    @pytest.mark.parametrize(
        ("body", "wrong"),
        [
            ({}, {"version": "required"}),
            ({"version": 1}, {"version": "invalid"}),
            ({"version": None}, {"version": "null"}),
            ({"version": "1", "colour": "red"}, {"colour": "unknown"}),
            ({"to": "1"}, {"version": "required", "to": "unknown"}),
        ],
        ids=str,
    )
    def test_the_body_holds_a_version_and_nothing_else(
        self, fraud: Cast, body: dict[str, object], wrong: dict[str, str]
    ) -> None:
        answer = fraud.contributor.calls("PUT", "models/payments.fraud/aliases/challenger", body)

        assert answer.wrong_fields == wrong
