"""Deployments of a version, of a model, of a team, in a place."""

from __future__ import annotations

import pytest

from tests.callers import Cast
from tests.engine import Engine
from tests.tables import kept

FRAUD = "payments.fraud"
PLACES = [("prod", "EKS"), ("nonprod", "EKS"), ("prod", "Lambda"), ("prod-eu", "EKS"), ("test", "Lambda")]


@pytest.fixture
def payments(engine: Engine, payments: Cast) -> Cast:
    """With two versions, each asked for in some of the places."""
    kept(engine, in_places, payments)
    return payments


def in_places(payments: Cast) -> None:
    """Two versions, each asked for in some of the places."""
    for label in ("1", "2"):
        payments.contributor.registers("fraud", version=label)
    for number, (environment, target) in enumerate(PLACES):
        label = str(number % 2 + 1)
        payments.maintainer.deploys(FRAUD, label, environment=environment, deploymentTarget=target)


def places(payments: Cast, path: str = "deployments", **query: str) -> list[tuple[str, str]]:
    """Where the deployments of a list are."""
    found = payments.viewer.lists(path, **query).body["results"]
    return [(each["environment"], each["deploymentTarget"]) for each in found]


class TestOfATeam:
    def test_the_newest_comes_first(self, payments: Cast) -> None:
        assert places(payments) == PLACES[::-1]

    @pytest.mark.parametrize("environment", ["prod", "nonprod", "prod-eu", "pro", "rod"])
    def test_in_one_environment_and_not_in_those_that_sound_alike(self, payments: Cast, environment: str) -> None:
        assert places(payments, environment=environment) == [each for each in PLACES[::-1] if each[0] == environment]

    @pytest.mark.parametrize("target", ["EKS", "Lambda"])
    def test_on_one_target(self, payments: Cast, target: str) -> None:
        assert places(payments, deploymentTarget=target) == [each for each in PLACES[::-1] if each[1] == target]

    def test_in_one_place(self, payments: Cast) -> None:
        assert places(payments, environment="prod", deploymentTarget="EKS") == [("prod", "EKS")]

    @pytest.mark.parametrize("query", [{}, {"deploymentTarget": "EKS"}])
    def test_pages_hold_each_once(self, payments: Cast, query: dict[str, str]) -> None:
        pages = payments.viewer.pages("deployments", limit=2, **query)

        ids = [each["deploymentId"] for page in pages for each in page]
        whole = [each["deploymentId"] for each in payments.viewer.lists("deployments", **query).body["results"]]
        assert ids == whole
        assert len(pages) >= 2

    @pytest.mark.parametrize("query", [{"environment": "A"}, {"deploymentTarget": "moon"}, {"status": "x"}])
    def test_a_wrong_filter_is_named(self, payments: Cast, query: dict[str, str]) -> None:
        assert payments.viewer.lists("deployments", **query).wrong_fields.keys() == query.keys()

    def test_an_outsider_sees_none_of_them(self, payments: Cast) -> None:
        assert payments.outsider.lists("deployments").body["results"] == []
        assert payments.outsider.lists("deployments", teamId="payments").slug == "team-not-found"

    def test_somebody_of_all_teams_says_which(self, payments: Cast) -> None:
        assert payments.admin.lists("deployments").wrong_fields == {"teamId": "required"}
        assert len(payments.admin.lists("deployments", teamId="payments").body["results"]) == 5


class TestOfAVersion:
    @pytest.mark.parametrize("reference", ["2", "latest", "@champion"])
    def test_it_lists_its_own(self, payments: Cast, reference: str) -> None:
        payments.maintainer.moves(FRAUD, "champion", "2")

        assert places(payments, f"models/{FRAUD}/{reference}/deployments") == [PLACES[3], PLACES[1]]

    @pytest.mark.parametrize("query", [{"environment": "prod"}, {"environment": "prod", "deploymentTarget": "Lambda"}])
    def test_in_one_place(self, payments: Cast, query: dict[str, str]) -> None:
        there = [("prod", "Lambda"), ("prod", "EKS")]

        assert places(payments, f"models/{FRAUD}/1/deployments", **query) == there[: 3 - len(query)]

    def test_page_by_page(self, payments: Cast) -> None:
        pages = payments.viewer.pages(f"models/{FRAUD}/1/deployments", limit=1)

        assert [each["environment"] for page in pages for each in page] == ["test", "prod", "prod"]

    def test_one_that_never_ran_has_none_and_one_that_is_not_there_is_missing(self, payments: Cast) -> None:
        payments.contributor.registers("fraud", version="3")

        assert places(payments, f"models/{FRAUD}/3/deployments") == []
        assert payments.viewer.lists(f"models/{FRAUD}/9/deployments").slug == "version-not-found"
        assert payments.outsider.lists(f"models/{FRAUD}/1/deployments").slug == "version-not-found"

    def test_another_model_with_a_version_of_that_name_is_another(self, payments: Cast) -> None:
        payments.contributor.registers("churn", version="1")
        payments.maintainer.deploys("payments.churn", "1", environment="other")

        assert places(payments, "models/payments.churn/1/deployments") == [("other", "EKS")]
        assert len(places(payments, f"models/{FRAUD}/1/deployments")) == 3


class TestOfAModel:
    ALL = f"models/{FRAUD}/deployments"

    @pytest.fixture
    def payments(self, payments: Cast) -> Cast:
        """With another model, which is deployed too."""
        payments.contributor.registers("fraud-2", version="1")
        payments.maintainer.deploys("payments.fraud-2", "1", environment="prod")
        return payments

    def test_all_versions_and_no_other_model_the_newest_first(self, payments: Cast) -> None:
        assert places(payments, self.ALL) == PLACES[::-1]
        assert places(payments, "models/fraud/deployments") == PLACES[::-1]

    def test_each_is_told_as_it_is_when_followed(self, payments: Cast) -> None:
        for each in payments.viewer.lists(self.ALL).body["results"]:
            assert payments.viewer.gets(f"deployments/{each['deploymentId']}").body == each

    @pytest.mark.parametrize("environment", ["prod", "nonprod", "prod-eu", "pro", "rod"])
    def test_in_one_environment_and_not_in_those_that_sound_alike(self, payments: Cast, environment: str) -> None:
        assert places(payments, self.ALL, environment=environment) == [p for p in PLACES[::-1] if p[0] == environment]

    @pytest.mark.parametrize("target", ["EKS", "Lambda", "eks"])
    def test_on_one_target(self, payments: Cast, target: str) -> None:
        wanted = [each for each in PLACES[::-1] if each[1].lower() == target.lower()]

        assert places(payments, self.ALL, deploymentTarget=target) == wanted

    def test_in_one_place(self, payments: Cast) -> None:
        assert places(payments, self.ALL, environment="prod", deploymentTarget="EKS") == [("prod", "EKS")]

    @pytest.mark.parametrize("query", [{}, {"deploymentTarget": "EKS"}])
    def test_pages_hold_each_once(self, payments: Cast, query: dict[str, str]) -> None:
        pages = payments.viewer.pages(self.ALL, limit=2, **query)

        ids = [each["deploymentId"] for page in pages for each in page]
        assert ids == [each["deploymentId"] for each in payments.viewer.lists(self.ALL, **query).body["results"]]
        assert len(pages) >= 2

    @pytest.mark.parametrize("query", [{"environment": "A"}, {"deploymentTarget": "moon"}, {"status": "x"}])
    def test_a_wrong_filter_is_named(self, payments: Cast, query: dict[str, str]) -> None:
        assert payments.viewer.lists(self.ALL, **query).wrong_fields.keys() == query.keys()

    def test_one_that_never_ran_has_none_and_one_that_is_not_there_is_missing(self, payments: Cast) -> None:
        payments.contributor.registers("new", version="1")

        assert places(payments, "models/payments.new/deployments") == []
        assert places(payments, self.ALL, environment="nowhere") == []
        assert payments.viewer.lists("models/payments.nothing/deployments").slug == "model-not-found"

    @pytest.mark.parametrize(
        ("who", "status"), [("viewer", 200), ("admin", 200), ("outsider", 404), ("anonymous", 401)]
    )
    def test_whoever_may_read_the_model_may_read_them(self, payments: Cast, who: str, status: int) -> None:
        assert getattr(payments, who).lists(self.ALL).status == status


class TestOne:
    @pytest.mark.parametrize(
        "name", ["x", "payments.x", "payments." + "0" * 26, "payments." + "u" * 26, "." + "0" * 26]
    )
    def test_what_is_no_deployment_is_missing(self, payments: Cast, name: str) -> None:
        assert payments.viewer.gets(f"deployments/{name}").slug == "deployment-not-found"
