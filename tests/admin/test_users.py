"""Users in the admin."""

import pytest

from tests.admin.people import Administrator, an_administrator
from tests.identity.people import PASSWORD, Browser, signed_in

NEW = "another-long-password"


@pytest.fixture
def root(payments):
    return an_administrator()


class TestOpening:
    def test_an_account_is_opened_and_its_password_opens_the_door(self, root):
        page = root.adds(
            "user", username="Ada", email="ada@example.org", new_password=NEW, repeated_password=NEW, is_superuser=None
        )

        assert page.messages == ["The user “ ada ” was added successfully."]
        assert Browser("ada").signs_in("ada", NEW).status_code == 302
        assert "user:root UserCreated ada email ada@example.org" in root.history_of("user", "ada").text

    def test_an_administrator_too(self, root):
        root.adds("user", username="ada", new_password=NEW, repeated_password=NEW, is_superuser="on")
        ada = Administrator("ada")
        ada.signs_in("ada", NEW)

        assert ada.sees("team/").rows == ["payments", "vision"]

    @pytest.mark.parametrize(
        ("wrong", "field", "sentence"),
        [
            ({"username": "root"}, "username", "There is a user root already."),
            ({"username": "#"}, "username", "1-150 letters"),
            ({"email": "nowhere"}, "email", "valid email"),
            ({"new_password": "short", "repeated_password": "short"}, "new_password", "too short"),
            ({"new_password": "alexander123", "repeated_password": "alexander123"}, "new_password", "too similar"),
            ({"new_password": "", "repeated_password": ""}, "new_password", "needs a password"),
            ({"repeated_password": PASSWORD}, "repeated_password", "differ"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_field_and_passwords_are_not_repeated(self, root, wrong, field, sentence):
        typed = {"username": "alexander", "new_password": NEW, "repeated_password": NEW, **wrong}

        page = root.adds("user", **typed)

        assert sentence in page.errors[field]
        assert NEW not in page.html


class TestChanging:
    def test_an_address_and_a_password_change_and_old_sessions_end(self, root):
        ada = signed_in("ada")

        page = root.changes("user", "ada", email="ada@example.org", new_password=NEW, repeated_password=NEW)

        assert page.messages == ["The user “ ada ” was changed successfully."]
        assert ada.gets("me").status == 401
        assert Browser("ada").signs_in("ada", NEW).status_code == 302
        told = root.history_of("user", "ada").text
        assert "user:root UserUpdated ada email ada@example.org passwordChanged true" in told
        assert NEW not in told

    def test_an_administrators_own_new_password_leaves_this_session_alive(self, root):
        page = root.changes("user", "root", new_password=NEW, repeated_password=NEW)

        assert page.messages == ["The user “ root ” was changed successfully."]

    def test_no_page_shows_a_hash(self, root):
        assert "argon2" not in root.sees("user/").html + root.sees("user/root/change/").html

    def test_there_is_no_deleting(self, root):
        signed_in("ada")

        assert root.deletes_row("user", "ada").status == 403
        assert root.sees("user/").rows == ["ada", "root"]


class TestActions:
    def test_several_are_deactivated_and_activated(self, root):
        ada, grace = signed_in("ada"), signed_in("grace")

        page = root.acts("user", "deactivate", "ada", "grace")
        assert page.messages == ["Deactivated: 2."]
        assert (ada.gets("me").status, grace.gets("me").status) == (401, 401)
        assert Browser("ada").signs_in("ada").status_code == 200

        assert root.acts("user", "activate", "ada").messages == ["Activated: 1."]
        assert Browser("ada").signs_in("ada").status_code == 302

    def test_nobody_locks_themselves_out(self, root):
        page = root.acts("user", "deactivate", "root")

        assert page.messages == ["Your own account stays active: ask another administrator."]

    def test_sessions_are_ended(self, root):
        ada = signed_in("ada")

        assert root.acts("user", "sign_out", "ada").messages == ["Signed out: 1."]
        assert ada.gets("me").status == 401

    def test_they_are_found_by_the_beginning_of_their_name(self, root):
        for name in ("ada", "adele", "grace"):
            signed_in(name)

        assert root.sees("user/?q=AD").rows == ["ada", "adele"]
