"""Members in the admin."""

import pytest

from tests.admin.people import an_administrator
from tests.identity.people import an_account


@pytest.fixture
def root(payments):
    an_account("ada", payments="maintainer", vision="viewer")
    an_account("grace", payments="viewer")
    an_account("newcomer")
    return an_administrator()


class TestMembers:
    def test_they_are_listed_team_by_team(self, root):
        assert root.sees("member/").rows == ["payments/ada", "payments/grace", "vision/ada"]
        assert root.sees("member/?team=vision").rows == ["vision/ada"]
        assert root.sees("member/?q=gr").rows == ["payments/grace"]

    def test_somebody_is_taken_in(self, root):
        page = root.adds("member", team="vision", username="Newcomer", role="contributor")

        assert page.messages == ["The member “ newcomer in vision ” was added successfully."]
        assert "vision/newcomer" in page.rows
        assert (
            "user:root MemberAdded vision role contributor username newcomer"
            in root.history_of("member", "vision/newcomer").text
        )

    @pytest.mark.parametrize(
        ("wrong", "field", "sentence"),
        [
            ({"username": "nobody"}, "username", "There is no such user."),
            ({"username": "two words"}, "username", "1-150 letters"),
            ({"team": "elsewhere"}, "team", "Select a valid choice"),
            ({"role": "owner"}, "role", "Select a valid choice"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_field(self, root, wrong, field, sentence):
        page = root.adds("member", **{"team": "vision", "username": "newcomer", "role": "viewer", **wrong})

        assert sentence in page.errors[field]

    def test_a_role_changes(self, root):
        root.changes("member", "payments/grace", role="contributor")

        assert root.opens_form("member", "payments/grace")["role"] == "contributor"
        assert "MemberRoleChanged" in root.history_of("member", "payments/grace").text
        assert "ada" not in root.history_of("member", "payments/grace").text

    def test_memberships_end_one_by_one_and_several_at_once(self, root):
        assert root.deletes_row("member", "payments/grace").messages == [
            "The member “grace in payments” was deleted successfully."
        ]
        assert "End these memberships?" in root.acts("member", "remove_members", "payments/ada", confirmed=False).text
        page = root.acts("member", "remove_members", "payments/ada", "vision/ada")

        assert (page.messages, page.rows) == (["Members removed: 2."], [])
