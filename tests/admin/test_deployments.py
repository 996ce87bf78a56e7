"""Deployments and events in the admin."""

import pytest

from tests.admin.people import an_administrator


@pytest.fixture
def root(payments):
    payments.contributor.registers("fraud", version="1.0.0")
    return an_administrator()


@pytest.fixture
def deployments(root, payments):
    """Three deployments, the newest first: to prod, to staging on Lambda, and one that is over, in test."""
    over = payments.maintainer.deploys("payments.fraud", "1.0.0", environment="test")
    payments.maintainer.reports(over, "FAILED", detail="no memory")
    staging = payments.maintainer.deploys("payments.fraud", "1.0.0", environment="staging", deploymentTarget="Lambda")
    prod = payments.maintainer.deploys("payments.fraud", "1.0.0", environment="prod")
    return [each.body["deploymentId"] for each in (prod, staging, over)]


class TestLooking:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", [0, 1, 2]),
            ("q=prod", [0]),
            ("q=pro", []),
            ("q=No Name", []),
            ("target=Lambda", [1]),
            ("status=FAILED", [2]),
            ("status=REQUESTED&target=EKS", [0]),
            ("status=nonsense", []),
            ("team=vision", []),
        ],
    )
    def test_they_are_listed_and_narrowed(self, root, deployments, query, found):
        assert root.sees(f"deployment/?{query}").rows == [deployments[place] for place in found]

    def test_a_page_tells_all_of_one_and_changes_nothing(self, root, deployments):
        page = root.sees(f"deployment/{deployments[2]}/change/")

        assert "FAILED" in page.text
        assert "no memory" in page.text
        assert root.sends(f"deployment/{deployments[2]}/change/", status="SUCCEEDED").status == 403
        assert root.sees("deployment/add/").status == 403
        assert root.deletes_row("deployment", deployments[2]).status == 403

    def test_its_history_is_its_timeline(self, root, deployments):
        told = root.history_of("deployment", deployments[2]).text

        assert told.index("FAILED no memory") < told.index("REQUESTED")


class TestCancelling:
    def test_it_is_asked_about_then_done_and_what_is_over_stays(self, root, deployments, payments):
        prod, staging, over = deployments

        assert "Cancel these deployments?" in root.acts("deployment", "cancel", *deployments, confirmed=False).text
        page = root.acts("deployment", "cancel", prod, staging, over)

        assert page.messages[0] == "Deployments cancelled: 2."
        assert page.messages[1].endswith("The deployment is FAILED and cannot become CANCELLED.")
        assert payments.viewer.gets(f"deployments/{prod}").body["status"] == "CANCELLED"
        assert "user:root" in root.history_of("deployment", prod).text

    def test_its_own_page_offers_it(self, root, deployments):
        page = root.sees(f"deployment/{deployments[0]}/change/")

        assert "Cancel this deployment" in page.text


class TestEvents:
    def test_they_are_listed_newest_first_and_narrowed(self, root, deployments):
        kinds = [
            next(word for word in row.split() if word.startswith(("Dep", "Mod", "Tok", "Team")))
            for row in root.sees("event/?team=payments").rows
        ]
        assert kinds[:3] == ["DeploymentRequested", "DeploymentRequested", "DeploymentStatusChanged"]
        of_model = [
            next(word for word in row.split() if word.startswith(("Dep", "Mod", "Tok", "Team")))
            for row in root.sees("event/?model=payments.fraud").rows
        ]
        assert of_model[-1] == "ModelVersionRegistered"
        assert root.sees("event/?model=payments.fraud&team=vision").rows == []
        assert root.sees("event/?model=payments.none").rows == []

    def test_one_is_looked_at_whole_and_nobody_changes_it(self, root, deployments):
        link = root.sees("/admin/").html.split('<ul class="actionlist">')[1].split('href="')[1].split('"')[0]

        page = root.sees(link)

        assert "View event" in page.text
        assert '"environment": "prod"' in page.text
        assert root.sends(link, actor="user:nobody").status == 403
        assert root.sees("event/add/").status == 403
        assert root.sees(link.replace("change", "delete")).status == 403
        assert "DeploymentRequested" in root.sees(link.replace("change", "history")).text

    def test_the_first_page_tells_what_happened_last(self, root, deployments):
        told = root.sees("/admin/").text

        assert told.index("DeploymentRequested payments.fraud/1.0.0") < told.index("DeploymentStatusChanged")
