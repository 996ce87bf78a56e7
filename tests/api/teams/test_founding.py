import pytest
from inline_snapshot import snapshot

from models_app.domain.teams import RESERVED_SLUGS
from tests.costs import counted_calls


class TestFounding:
    def test_an_administrator_founds_a_team_and_is_told_where_it_is(self, payments):
        answer = payments.admin.calls("POST", "teams", {"teamId": "fraud-lab", "displayName": "Fraud lab"})

        assert answer.status == 201
        assert answer.location.endswith("/api/v1/teams/fraud-lab")
        found = payments.admin.gets(answer.location)
        assert found.body == answer.body
        assert found.etag == answer.etag
        assert found.body["displayName"] == "Fraud lab"

    def test_a_team_without_a_name_is_called_by_its_slug_and_protects_the_usual_aliases(self, payments):
        answer = payments.admin.calls("POST", "teams", {"teamId": "fraud-lab"})

        assert answer.body["displayName"] == "fraud-lab"
        assert answer.body["protectedAliases"] == ["champion", "production"]

    def test_its_history_begins_with_its_founding(self, payments):
        payments.admin.calls("POST", "teams", {"teamId": "fraud-lab"})

        (event,) = payments.admin.gets("events?teamId=fraud-lab").body["results"]

        assert event["eventType"] == "TeamCreated"
        assert event["data"] == {"displayName": "fraud-lab", "protectedAliases": ["champion", "production"]}

    def test_it_takes_one_transaction(self, payments):
        payments.admin.gets("me")

        with counted_calls() as calls:
            payments.admin.calls("POST", "teams", {"teamId": "fraud-lab"})

        assert calls == ["TransactWriteItems"]


class TestWhoMayFound:
    def test_a_maintainer_of_another_team_is_told_whom_it_takes(self, payments):
        answer = payments.maintainer.calls("POST", "teams", {"teamId": "fraud-lab"})

        assert answer.problem == snapshot(
            {
                "type": "/problems/permission-denied",
                "title": "Your role does not allow this",
                "status": 403,
                "detail": "Creating a team takes a platform administrator; you are none.",
            }
        )

    @pytest.mark.parametrize("role", ["viewer", "contributor", "outsider"])
    def test_nobody_else_may(self, payments, role):
        assert getattr(payments, role).calls("POST", "teams", {"teamId": "fraud-lab"}).status == 403

    def test_whether_a_slug_is_taken_is_not_told_to_those_who_may_not_found(self, payments):
        free = payments.outsider.calls("POST", "teams", {"teamId": "fraud-lab"})
        taken = payments.outsider.calls("POST", "teams", {"teamId": "payments"})

        assert free.problem == taken.problem


class TestSlugs:
    def test_a_taken_slug_is_a_conflict_that_says_what_to_do(self, payments):
        answer = payments.admin.calls("POST", "teams", {"teamId": "payments"})

        assert answer.status == 409
        assert answer.slug == "team-taken"
        assert answer.problem["detail"] == snapshot(
            "There is, or was, a team payments. Choose another slug: they are not given out again."
        )

    @pytest.mark.parametrize("slug", sorted(RESERVED_SLUGS))
    def test_words_that_mean_something_else_are_reserved(self, payments, slug):
        answer = payments.admin.calls("POST", "teams", {"teamId": slug})

        assert answer.status == 400
        assert answer.wrong_fields == {"teamId": "reserved"}

    NO_SLUGS = (
        *("", " ", "a", "a" * 64, "Payments", "-pay", "pay-", "pay_ments", "pay.ments", "pay ments", "zahlungé"),
        *("pay#1", "pay/1", "payments\n", "\N{CYRILLIC SMALL LETTER ER}ayments", "payments%20", "..", "@pay"),
    )

    @pytest.mark.parametrize("slug", NO_SLUGS)
    def test_what_is_no_slug_is_refused_by_name(self, payments, slug):
        answer = payments.admin.calls("POST", "teams", {"teamId": slug})

        assert answer.status == 400
        assert set(answer.wrong_fields) == {"teamId"}

    @pytest.mark.parametrize("slug", ["a1", "0", "1-2", "a" * 63, "a--b", "latest", "champion"])
    def test_every_slug_of_2_to_63_letters_digits_and_hyphens_will_do(self, payments, slug):
        slug = slug.ljust(2, "0")
        assert payments.admin.calls("POST", "teams", {"teamId": slug}).body["teamId"] == slug


class TestOtherFields:
    def test_everything_wrong_is_named_in_one_answer(self, payments):
        body = {
            "displayName": "x" * 101,
            "protectedAliases": ["latest", "v1", "ok"],
            "createdBy": "me",
        }

        answer = payments.admin.calls("POST", "teams", body)

        assert answer.wrong_fields == snapshot(
            {
                "createdBy": "unknown",
                "displayName": "max_length",
                "protectedAliases.0": "reserved",
                "protectedAliases.1": "reserved",
                "teamId": "required",
            }
        )

    @pytest.mark.parametrize("aliases", ["champion", {"champion": 1}, [["champion"]], [1], [None], ["x"] * 21, None])
    def test_protected_aliases_are_a_list_of_up_to_20_names(self, payments, aliases):
        answer = payments.admin.calls("POST", "teams", {"teamId": "fraud-lab", "protectedAliases": aliases})

        assert answer.status == 400
        assert all(name.startswith("protectedAliases") for name in answer.wrong_fields)

    @pytest.mark.parametrize("name", [1, None, True, ["x"], {"x": 1}, ""])
    def test_a_name_is_a_text(self, payments, name):
        answer = payments.admin.calls("POST", "teams", {"teamId": "fraud-lab", "displayName": name})

        assert set(answer.wrong_fields) == {"displayName"}
