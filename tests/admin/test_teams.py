"""Teams in the admin."""

import pytest

from tests.admin.people import an_administrator


@pytest.fixture
def root(payments):
    return an_administrator()


class TestFounding:
    def test_a_team_is_founded_and_its_history_says_by_whom(self, root):
        page = root.adds("team", slug="risk", display_name="Risk", protected_aliases="champion\r\nlive")

        assert page.messages == ["The team “ risk ” was added successfully."]
        assert root.sees("team/").rows == ["payments", "risk", "vision"]
        assert root.opens_form("team", "risk")["protected_aliases"] == "champion\nlive"
        assert "user:root TeamCreated risk displayName Risk" in root.history_of("team", "risk").text

    def test_the_default_aliases_are_offered(self, root):
        assert root.sees("team/add/").fields["protected_aliases"].split() == ["champion", "production"]

    @pytest.mark.parametrize(
        ("wrong", "field", "sentence"),
        [
            ({"slug": "No Slug"}, "slug", "2-63 lower-case letters"),
            ({"slug": ""}, "slug", "This field is required."),
            ({"slug": "api"}, "slug", "reserved word"),
            ({"slug": "payments"}, "slug", "There is, or was, a team payments."),
            ({"display_name": "x" * 101}, "display_name", "at most 100 characters"),
            ({"protected_aliases": "latest"}, "protected_aliases", "always means the highest version"),
            ({"protected_aliases": "\n".join(map(str, range(100, 121)))}, "protected_aliases", "At most 20"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(self, root, wrong, field, sentence):
        typed = {"slug": "risk", "display_name": "Risk & Co", **wrong}

        page = root.adds("team", **typed)

        assert page.status == 200
        assert sentence in page.errors[field]
        assert {name: page.fields[name] for name in typed} == {n: v.removesuffix("\n") for n, v in typed.items()}


class TestChanging:
    def test_its_name_and_aliases_change_with_an_event(self, root):
        page = root.changes("team", "payments", display_name="Payments & Cards", protected_aliases="champion\nlive")

        assert page.messages == ["The team “ payments ” was changed successfully."]
        assert "Payments &amp; Cards" in root.sees("team/").html
        assert (
            "TeamUpdated payments displayName payments → Payments & Cards" in root.history_of("team", "payments").text
        )

    def test_a_form_sent_unchanged_changes_nothing(self, root):
        before = root.opens_form("team", "payments")["revision"]

        root.changes("team", "payments")

        assert root.opens_form("team", "payments")["revision"] == before


class TestDeleting:
    def test_an_empty_one_is_deleted(self, root):
        root.adds("team", slug="risk")

        assert root.deletes_row("team", "risk").messages == ["The team “risk” was deleted successfully."]
        assert root.sees("team/").rows == ["payments", "vision"]

    def test_one_in_use_stays_and_says_why(self, root):
        page = root.deletes_row("team", "payments")

        assert page.messages == ["Team payments still has tokens. Remove those first."]
        assert root.sees("team/").rows == ["payments", "vision"]

    def test_several_at_once_are_asked_about_then_each_has_its_answer(self, root):
        root.adds("team", slug="risk")

        asked = root.acts("team", "delete_teams", "risk", "payments", confirmed=False)
        assert "Are you sure?" in asked.text
        assert root.sees("team/").rows == ["payments", "risk", "vision"]

        page = root.acts("team", "delete_teams", "risk", "payments")
        assert page.messages == ["Teams deleted: 1.", "Payments: Team payments still has tokens. Remove those first."]
        assert page.rows == ["payments", "vision"]
