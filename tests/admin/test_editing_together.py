"""Two people at the same form: the second is told what changed, and overwrites nothing unknowingly."""

import pytest

from models_app.domain.actors import command_line
from models_app.domain.teams import Role, TeamSlug, Username
from models_app.services import teams, users
from tests.admin.people import an_administrator
from tests.identity.people import an_account

FRAUD = "payments.fraud/1.0.0"


@pytest.fixture
def root(payments):
    payments.contributor.registers("fraud", version="1.0.0", description="First", tags={"owner": "risk"})
    return an_administrator()


def sends_an_old_form(root, noun, key, form, **changed):
    return root.sends(f"{noun}/{key.replace('/', '_2F')}/change/", **(form | changed))


class TestAVersion:
    @pytest.fixture
    def old_form(self, root, payments):
        """The form as it was before somebody else changed the description."""
        form = root.opens_form("modelversion", FRAUD)
        payments.contributor.patches("payments.fraud", "1.0.0", {"description": "Theirs"})
        return form

    def test_the_second_is_told_and_nothing_is_overwritten(self, root, payments, old_form):
        page = sends_an_old_form(root, "modelversion", FRAUD, old_form, description="Mine", target="Lambda")

        assert "Somebody else changed this after you opened it" in page.errors[""]
        assert page.errors["description"] == "Somebody changed this meanwhile. It is now: Theirs"
        assert set(page.errors) == {"", "description"}
        assert (page.fields["description"], page.fields["target"]) == ("Mine", "Lambda")
        assert payments.viewer.reads("payments.fraud", "1.0.0").body["description"] == "Theirs"

    def test_saving_again_is_a_decision(self, root, payments, old_form):
        told = sends_an_old_form(root, "modelversion", FRAUD, old_form, description="Mine")

        page = sends_an_old_form(root, "modelversion", FRAUD, told.fields)

        assert page.messages == [f"The version “ {FRAUD} ” was changed successfully."]
        assert payments.viewer.reads("payments.fraud", "1.0.0").body["description"] == "Mine"

    def test_what_the_second_did_not_touch_stays_as_the_first_left_it(self, root, payments, old_form):
        told = sends_an_old_form(root, "modelversion", FRAUD, old_form, target="Lambda")

        sends_an_old_form(root, "modelversion", FRAUD, told.fields, description="Theirs")

        version = payments.viewer.reads("payments.fraud", "1.0.0").body
        assert (version["description"], version["deploymentTarget"]) == ("Theirs", "Lambda")

    def test_a_third_change_is_told_again(self, root, payments, old_form):
        told = sends_an_old_form(root, "modelversion", FRAUD, old_form, description="Mine")
        payments.contributor.patches("payments.fraud", "1.0.0", {"tags": {"owner": "fraud"}})

        page = sends_an_old_form(root, "modelversion", FRAUD, told.fields)

        assert set(page.errors) == {"", "tags"}
        assert '"owner": "fraud"' in page.errors["tags"]

    @pytest.mark.parametrize("revision", ["", "1.0.0-99", "x"])
    def test_a_form_without_its_revision_changes_nothing(self, root, payments, revision):
        form = root.opens_form("modelversion", FRAUD)

        page = sends_an_old_form(root, "modelversion", FRAUD, form, revision=revision, description="Mine")

        assert "Somebody else changed this" in page.errors[""]
        assert payments.viewer.reads("payments.fraud", "1.0.0").body["description"] == "First"

    def test_one_that_was_deleted_meanwhile_is_not_there_any_more(self, root, payments):
        form = root.opens_form("modelversion", FRAUD)
        payments.maintainer.deletes("payments.fraud", "1.0.0")

        assert (
            "Perhaps it was deleted?" in sends_an_old_form(root, "modelversion", FRAUD, form, description="Mine").text
        )


class TestTheOthers:
    def test_a_model(self, root, payments):
        form = root.opens_form("registeredmodel", "payments.fraud")
        payments.contributor.describes("payments.fraud", {"description": "Theirs"})

        page = sends_an_old_form(root, "registeredmodel", "payments.fraud", form, description="Mine")

        assert "It is now: Theirs" in page.errors["description"]

    def test_a_team(self, root):
        form = root.opens_form("team", "payments")
        teams.update_team(actor=command_line(), slug=TeamSlug("payments"), protected_aliases=["live"])

        page = sends_an_old_form(root, "team", "payments", form, display_name="Mine")

        assert page.errors["protected_aliases"] == "Somebody changed this meanwhile. It is now: live"

    def test_a_member(self, root):
        an_account("ada", payments="viewer")
        form = root.opens_form("member", "payments/ada")
        teams.change_role(
            actor=command_line(), slug=TeamSlug("payments"), username=Username("ada"), role=Role.MAINTAINER
        )

        page = sends_an_old_form(root, "member", "payments/ada", form, role="contributor")

        assert "It is now: maintainer" in page.errors["role"]

    def test_a_user(self, root):
        an_account("ada")
        form = root.opens_form("user", "ada")
        users.update_user(actor=command_line(), username=Username("ada"), is_active=False)

        page = sends_an_old_form(root, "user", "ada", form, email="ada@example.org")

        assert "It is now: False" in page.html
        assert "Somebody else changed this" in page.errors[""]
