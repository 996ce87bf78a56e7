"""Reading one version: by its label, as ``latest``, or behind an alias."""

from __future__ import annotations

import pytest
from inline_snapshot import snapshot

from models_app.domain.teams import Role
from tests.callers import Cast, a_person


@pytest.fixture
def fraud(payments: Cast) -> Cast:
    """A model with two versions, of which the lower one is challenged."""
    payments.contributor.registers("fraud", version="1.2.0")
    payments.contributor.registers("fraud", version="1.10.0")
    payments.contributor.moves("payments.fraud", "challenger", "1.2.0")
    return payments


class TestReading:
    def test_a_label_is_that_version(self, fraud: Cast) -> None:
        assert fraud.viewer.reads("payments.fraud", "1.2.0").body["version"] == "1.2.0"

    @pytest.mark.parametrize("reference", ["latest", "LATEST", "@latest"])
    def test_latest_is_the_highest(self, fraud: Cast, reference: str) -> None:
        assert fraud.viewer.reads("payments.fraud", reference).body["version"] == "1.10.0"

    def test_an_alias_is_the_version_it_points_to(self, fraud: Cast) -> None:
        answer = fraud.viewer.reads("payments.fraud", "@challenger")

        assert answer.body == fraud.viewer.reads("payments.fraud", "1.2.0").body
        assert answer.body["aliases"] == ["challenger"]

    def test_a_version_behind_an_alias_is_never_an_old_copy(self, fraud: Cast) -> None:
        fraud.contributor.patches("payments.fraud", "1.2.0", {"description": "Looked at again."})

        by_alias, by_label = (fraud.viewer.reads("payments.fraud", name) for name in ("@challenger", "1.2.0"))

        assert by_alias.body == by_label.body
        assert by_alias.etag == by_label.etag

    @pytest.mark.parametrize(
        "reference", ["9.9.9", "@champion", "no-label", "@", "@1.2.0", "1.2.0%20", "01.2.0", "v1.2.0"]
    )
    def test_whatever_does_not_exist_is_missing(self, fraud: Cast, reference: str) -> None:
        assert fraud.viewer.reads("payments.fraud", reference).slug == "version-not-found"

    def test_the_refusal_says_where_to_look(self, fraud: Cast) -> None:
        assert fraud.viewer.reads("payments.fraud", "9").problem == snapshot(
            {
                "type": "/problems/version-not-found",
                "title": "No such version",
                "status": 404,
                "detail": "There is no such version, or none that you may see. "
                "GET /api/v1/models/{modelId} lists a model's.",
            }
        )

    def test_without_a_live_version_nothing_is_latest(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="1")
        payments.maintainer.deletes("payments.fraud", "1")

        assert payments.viewer.reads("payments.fraud", "latest").slug == "version-not-found"
        assert payments.viewer.reads("payments.nothing", "latest").slug == "version-not-found"

    def test_a_query_is_not_overlooked(self, fraud: Cast) -> None:
        answer = fraud.viewer.gets("models/payments.fraud/1.2.0?fields=version")

        assert answer.wrong_fields == {"fields": "unknown"}

    def test_head_answers_the_headers_alone(self, fraud: Cast) -> None:
        answer = fraud.viewer.calls("HEAD", "models/payments.fraud/1.2.0")

        assert (answer.status, answer.raw) == (200, b"")
        assert answer.etag == fraud.viewer.reads("payments.fraud", "1.2.0").etag


class TestWhatIsKnownAlready:
    @pytest.mark.parametrize("reference", ["1.10.0", "latest", "@newest"])
    def test_the_present_etag_is_answered_with_304(self, fraud: Cast, reference: str) -> None:
        fraud.contributor.moves("payments.fraud", "newest", "1.10.0")
        etag = fraud.viewer.reads("payments.fraud", reference).etag

        answer = fraud.viewer.reads("payments.fraud", reference, if_none_match=etag)

        assert (answer.status, answer.raw, answer.etag) == (304, b"", etag)

    @pytest.mark.parametrize("header", ["W/{etag}", '"other", {etag}', "*", '"other",W/{etag} , "another"'])
    def test_every_form_of_the_header_is_understood(self, fraud: Cast, header: str) -> None:
        etag = fraud.viewer.reads("payments.fraud", "1.2.0").etag

        assert fraud.viewer.reads("payments.fraud", "1.2.0", if_none_match=header.format(etag=etag)).status == 304

    @pytest.mark.parametrize("header", ['"other"', "", "nonsense"])
    def test_an_etag_of_something_else_gets_the_version(self, fraud: Cast, header: str) -> None:
        assert fraud.viewer.reads("payments.fraud", "1.2.0", if_none_match=header).status == 200

    def test_latest_is_news_once_it_means_another_version(self, fraud: Cast) -> None:
        etag = fraud.viewer.reads("payments.fraud", "latest").etag
        fraud.contributor.registers("fraud", version="2.0.0")

        answer = fraud.viewer.reads("payments.fraud", "latest", if_none_match=etag)

        assert (answer.status, answer.body["version"]) == (200, "2.0.0")

    @pytest.mark.parametrize("change", ["update", "alias"])
    def test_a_change_is_news(self, fraud: Cast, change: str) -> None:
        etag = fraud.viewer.reads("payments.fraud", "1.10.0").etag
        if change == "update":
            fraud.contributor.patches("payments.fraud", "1.10.0", {"description": "x"})
        else:
            fraud.contributor.moves("payments.fraud", "challenger", "1.10.0")

        assert fraud.viewer.reads("payments.fraud", "1.10.0", if_none_match=etag).status == 200


class TestIdsWithoutATeam:
    def test_they_mean_the_callers_own_team(self, fraud: Cast) -> None:
        fraud.outsider.registers("fraud", version="7")

        assert fraud.viewer.reads("fraud", "1.2.0").body["modelId"] == "payments.fraud"
        assert fraud.outsider.reads("fraud", "latest").body["modelId"] == "vision.fraud"

    def test_someone_in_several_teams_names_it_in_the_query(self, fraud: Cast) -> None:
        ada = a_person("ada", roles={"payments": Role.VIEWER, "vision": Role.VIEWER})

        assert ada.gets("models/fraud/1.2.0").status == 404
        assert ada.gets("models/fraud/1.2.0?teamId=payments").body["modelId"] == "payments.fraud"
        assert ada.gets("models/fraud/1.2.0?teamId=vision").slug == "version-not-found"
        assert ada.gets("models/fraud/1.2.0?teamId=Not+A+Team").wrong_fields == {"teamId": "invalid"}

    def test_an_administrator_does_so_too(self, fraud: Cast) -> None:
        assert fraud.admin.gets("models/fraud?teamId=payments").body["modelId"] == "payments.fraud"
        assert fraud.admin.gets("models/fraud").slug == "model-not-found"

    def test_naming_another_team_leads_nowhere(self, fraud: Cast) -> None:
        assert fraud.outsider.gets("models/fraud/1.2.0?teamId=payments").slug == "version-not-found"

    def test_a_dot_always_begins_with_a_team(self, payments: Cast) -> None:
        payments.contributor.registers("fraud.v2", version="1")

        assert payments.viewer.reads("fraud.v2", "1").status == 404
        assert payments.viewer.reads("payments.fraud.v2", "1").status == 200
