"""Opening accounts and changing passwords from the command line."""

import getpass

import pytest

from tests.commands.shell import run
from tests.identity.people import PASSWORD, Browser, signed_in

NEW = "another-long-password"


class TestCreateUser:
    def test_the_password_is_read_from_standard_input_and_opens_the_door(self, payments):
        said = run("create_user", "Ada", "--team", "payments", "--role", "contributor", typed=f"{PASSWORD}\n")

        assert (said.code, said.error) == (0, "")
        assert PASSWORD not in said.out
        ada = Browser("ada")
        assert ada.signs_in("ada").status_code == 302
        assert ada.gets("me").body["teams"] == [{"teamId": "payments", "role": "contributor"}]

    @pytest.mark.parametrize(
        ("words", "typed", "code"),
        [
            (["no spaces"], PASSWORD, 2),
            (["-x"], PASSWORD, 1),
            (["ada", "--team", "No Slug"], PASSWORD, 2),
            (["ada", "--team", "nowhere"], PASSWORD, 4),
            (["ada"], "short", 2),
            (["ada"], "", 2),
            (["ada"], "qwerty123456", 2),
            (["alexander"], "alexander123", 2),
        ],
        ids=["name", "option", "slug", "team", "short", "none", "common", "like the name"],
    )
    def test_a_mistake_is_told_in_a_sentence_and_leaves_no_account(self, payments, words, typed, code):
        said = run("create_user", *words, typed=f"{typed}\n")

        assert said.code == code
        assert "Traceback" not in said.error
        assert len(said.error.strip()) > 10
        assert Browser("ada").signs_in(words[0], typed).status_code == 200

    def test_a_taken_name_is_a_conflict(self, payments):
        signed_in("ada")

        said = run("create_user", "ADA", typed=f"{NEW}\n")

        assert (said.code, said.error) == (5, "There is a user ada already.")
        assert Browser("ada").signs_in("ada").status_code == 302


class TestCreateSuperuser:
    def test_an_administrator_may_do_all(self, table, monkeypatch):
        monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)

        assert run("createsuperuser", username="root", email="root@example.org", interactive=False).code == 0

        root = Browser("root")
        root.signs_in("root")
        assert root.gets("me").body["isPlatformAdmin"]

    @pytest.mark.parametrize("username", ["no spaces", "", "#", "a" * 151])
    def test_a_name_that_is_none_is_told_in_a_sentence(self, table, monkeypatch, username):
        monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)

        said = run("createsuperuser", username=username, email="x@example.org", interactive=False)

        assert said.code != 0
        assert len(said.error) > 10

    def test_a_taken_one_too(self, table, monkeypatch):
        monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", NEW)
        signed_in("root")

        said = run("createsuperuser", username="ROOT", email="x@example.org", interactive=False)

        assert said.code != 0
        assert "taken" in said.error
        assert Browser("root").signs_in("root").status_code == 302


class TestChangePassword:
    def test_the_new_one_counts_and_ends_all_sessions(self, table, monkeypatch):
        ada = signed_in("ada")
        monkeypatch.setattr(getpass, "getpass", lambda *_, **__: NEW)

        assert run("changepassword", "ada").code == 0

        assert ada.gets("me").status == 401
        assert Browser("ada").signs_in("ada", NEW).status_code == 302
        assert Browser("ada").signs_in("ada", PASSWORD).status_code == 200

    def test_nobodys_password_cannot_be_changed(self, table, monkeypatch):
        monkeypatch.setattr(getpass, "getpass", lambda *_, **__: NEW)

        said = run("changepassword", "nobody")

        assert (said.code, said.error) == (1, "user 'nobody' does not exist")
