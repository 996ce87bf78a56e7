"""Teams stay apart behind the door, too: were it opened for maintainers, each would find her own team and no other.

The door is ``User.is_staff``. Here it is opened, so that what stands behind it can be tried.
"""

import pytest

from models_app.domain.actors import command_line
from models_app.domain.teams import TeamSlug
from models_app.identity.user import User
from models_app.services import teams
from tests.admin.people import an_administrator, signed_in_to_admin
from tests.identity.people import an_account

ACTIONS = [
    *[("member", "remove_members"), ("token", "revoke"), ("deployment", "cancel")],
    *[("modelversion", "deprecate"), ("modelversion", "delete_versions")],
]
NOUNS = ("team", "member", "token", "registeredmodel", "modelversion", "deployment", "event")


@pytest.fixture
def ada(payments, monkeypatch):
    """A maintainer of payments, with the door open; vision has one of everything."""
    monkeypatch.setattr(User, "is_staff", property(lambda user: bool(user.account.roles) or user.is_superuser))
    payments.maintainer.registers("fraud", version="1.0.0")
    payments.outsider.registers("cats", version="1.0.0")
    an_account("fei-fei", vision="maintainer")
    return signed_in_to_admin("ada", payments="maintainer")


@pytest.fixture
def foreign(payments, ada):
    """The key of vision's row of each noun."""
    root = an_administrator()
    deployment = payments.outsider.deploys("vision.cats", "1.0.0").body["deploymentId"]
    [token] = root.sees("token/?team=vision").rows
    event = root.sees("event/?team=vision").html.split("/admin/models_app/event/")[2].split("/change/")[0]
    return {
        "team": "vision",
        "member": "vision/fei-fei",
        "token": token,
        "registeredmodel": "vision.cats",
        "modelversion": "vision.cats/1.0.0",
        "deployment": deployment,
        "event": event.replace("_2F", "/"),
    }


def missing_like(key):
    """A key of the same form that nothing has."""
    return key[:-1] + ("Z" if key[-1] != "Z" else "Y")


class TestAnotherTeam:
    def test_is_on_no_list(self, ada, foreign):
        for noun in NOUNS:
            assert "vision" not in ada.sees(f"{noun}/").text, noun
            assert "vision" not in ada.sees(f"{noun}/?team=vision").text, noun

    @pytest.mark.parametrize("page", ["change", "history", "delete"])
    def test_a_foreign_row_looks_exactly_like_a_missing_one(self, ada, foreign, page):
        def answer(noun, key):
            found = ada.sees(f"{noun}/{key.replace('/', '_2F')}/{page}/")
            return found.status, found.text.replace(key, "…")

        for noun, key in foreign.items():
            assert answer(noun, key) == answer(noun, missing_like(key)), noun

    def test_no_action_reaches_it(self, ada, foreign, payments):
        for noun, action in ACTIONS:
            page = ada.acts(noun, action, foreign[noun])
            assert page.messages == ["Nothing of what was selected is there any more."], action

        assert payments.outsider.reads("vision.cats", "1.0.0").body["status"] == "DEPLOYING"

    @pytest.mark.parametrize(("noun", "more"), [("member", {"username": "ada"}), ("token", {"name": "x"})])
    def test_no_form_offers_or_takes_it(self, ada, noun, more):
        form = ada.sees(f"{noun}/add/")
        assert form.choices["team"] == ["payments"]

        page = ada.sends(f"{noun}/add/", **(form.fields | more | {"team": "vision"}))

        assert "Select a valid choice" in page.errors["team"]

    def test_nor_does_registering(self, ada, payments):
        typed = {"team": "vision", "model_name": "dogs", "s3_uri": "s3://models/dogs"}

        assert "Select a valid choice" in ada.adds("modelversion", **typed).errors["team"]
        assert payments.outsider.reads("vision.dogs").status == 404


class TestRoles:
    def test_a_maintainer_does_in_her_team_what_the_api_would_let_her_do(self, ada, payments):
        assert ada.changes("team", "payments", display_name="Ours").status == 200
        assert ada.adds("member", team="payments", username="fei-fei", role="viewer").messages
        assert ada.acts("modelversion", "deprecate", "payments.fraud/1.0.0").messages == ["Versions deprecated: 1."]

    def test_she_founds_and_deletes_no_team_and_sees_no_account(self, ada):
        assert ada.sees("team/add/").status == 403
        assert ada.deletes_row("team", "payments").status == 403
        assert ada.sees("user/").status == 403
        assert ada.sees("user/ada/change/").status == 403
        assert "Users" not in ada.sees("/admin/").text

    def test_a_viewer_looks_and_changes_nothing(self, ada, payments):
        grace = signed_in_to_admin("grace", payments="viewer")
        page = grace.sees("modelversion/payments.fraud_2F1.0.0/change/")

        assert "View version" in page.text
        assert grace.sends("modelversion/payments.fraud_2F1.0.0/change/", description="x").status == 403
        assert grace.sees("token/").status == 403
        assert grace.sees("modelversion/add/").status == 403
        assert "deprecate" not in grace.sees("modelversion/").html
        assert grace.sees("modelversion/").status == 200

    def test_a_last_maintainer_stays_one(self, ada):
        page = ada.changes("member", "payments/ada", role="viewer")

        assert "ada is the last maintainer of team payments" in page.errors["role"]

    def test_an_ended_membership_counts_at_once(self, ada):
        teams.create_team(actor=command_line(), slug=TeamSlug("risk"))
        assert ada.sees("registeredmodel/").rows[0].startswith("payments.fraud")

        an_administrator().acts("member", "remove_members", "payments/ada")

        assert ada.sees("registeredmodel/").text.startswith("Log in")
