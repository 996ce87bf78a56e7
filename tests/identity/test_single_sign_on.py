"""Tokens of an OpenID Connect provider: checked by its published keys, and given roles by a map of ours."""

import base64
import time

import pytest

from tests.callers import Caller, a_team
from tests.costs import counted_calls
from tests.identity.provider import a_holder, a_key, a_token


class TestAccepted:
    def test_a_good_token_gives_the_role_of_its_group_without_a_call_to_storage(self, sso):
        with counted_calls() as calls:
            me = a_holder(a_token()).gets("me").body

        assert (me["actor"], me["kind"], me["isPlatformAdmin"]) == ("oidc:ada", "oidc", False)
        assert me["teams"] == [{"teamId": "payments", "role": "contributor"}]
        assert me["expiresAt"].endswith("Z")
        assert calls == []

    def test_it_can_do_what_the_role_can_and_history_tells_who_did(self, sso):
        payments = a_team()

        ada = a_holder(a_token())

        assert ada.registers("fraud").body["createdBy"] == "oidc:ada"
        assert ada.gets("teams/payments/tokens").status == 403
        assert ada.gets("teams/vision").status == 404
        assert payments.viewer.gets("events?limit=1").body["results"][0]["actor"] == "oidc:ada"

    @pytest.mark.parametrize(
        ("groups", "teams"),
        [
            (["ml-payments", "ml-leads"], {"payments": "maintainer"}),
            (["ml-leads", "ml-payments"], {"payments": "maintainer"}),
            (["ml-payments", "ml-vision"], {"payments": "contributor", "vision": "viewer"}),
            (["strangers"], {}),
            ([], {}),
            (None, {}),
            ("ml-payments ml-vision", {"payments": "contributor", "vision": "viewer"}),
            ([1, None, ["ml-leads"], {"name": "ml-leads"}, "ml-vision"], {"vision": "viewer"}),
            ({"ml-leads": True}, {}),
            (7, {}),
            (True, {}),
        ],
        ids=str,
    )
    def test_groups_give_roles_and_the_highest_counts(self, sso, groups, teams):
        me = a_holder(a_token(groups=groups)).gets("me")

        assert me.status == 200
        assert {each["teamId"]: each["role"] for each in me.body["teams"]} == teams

    def test_a_group_may_be_of_administrators(self, sso):
        assert a_holder(a_token(groups=["platform"])).gets("me").body["isPlatformAdmin"]

    def test_a_team_that_only_the_provider_knows_is_none(self, sso):
        ada = a_holder(a_token())

        assert ada.registers("fraud", version="1").slug == "team-not-found"
        assert ada.registers("fraud").slug == "team-not-found"
        assert ada.gets("teams").body["results"] == []
        assert ada.finds() == []

    def test_nor_is_one_that_was_deleted(self, sso):
        payments = a_team()
        lead = a_holder(a_token(groups=["ml-leads"]))
        lead.registers("fraud", version="1")
        lead.deletes("payments.fraud", "1")
        for token in lead.gets("teams/payments/tokens").body["results"]:
            lead.calls("DELETE", f"teams/payments/tokens/{token['tokenId']}")
        assert payments.admin.calls("DELETE", "teams/payments").status == 204

        assert lead.restores("payments.fraud", "1").slug == "team-not-found"
        assert lead.registers("fraud", version="2").slug == "team-not-found"

    def test_without_a_name_the_subject_is_the_name(self, sso):
        assert a_holder(a_token(preferred_username=None)).gets("me").body["actor"] == "oidc:248289761001"

    def test_basic_carries_it_as_well(self, sso):
        credentials = base64.b64encode(f"ada:{a_token()}".encode()).decode()

        assert Caller("mlflow", f"Basic {credentials}").gets("me").body["kind"] == "oidc"

    def test_keys_are_fetched_once(self, sso):
        for _ in range(5):
            a_holder(a_token()).gets("me")

        assert sso.fetched == 1

    def test_a_new_key_is_found_half_a_minute_after_the_last_look(self, sso, monkeypatch):
        a_holder(a_token()).gets("me")
        sso.publish(first="first", second="second")

        now = time.monotonic
        monkeypatch.setattr(time, "monotonic", lambda: now() + 31)

        assert a_holder(a_token(key=a_key("second"), kid="second")).gets("me").status == 200

    def test_keys_that_nobody_published_are_not_asked_for_again_and_again(self, sso):
        for number in range(20):
            assert a_holder(a_token(kid=f"made up {number}")).gets("me").status == 401

        assert sso.fetched == 1

    def test_our_own_tokens_go_on_as_before(self, sso):
        assert a_team().viewer.gets("me").body["kind"] == "token"
