"""Tokens in the admin: the secret is shown once, on one page, and nowhere else."""

import re

import pytest

from tests.admin.people import an_administrator
from tests.callers import Caller

TOKEN = re.compile(r"mr_[0-9A-Za-z]{12}_[0-9A-Za-z]{36}")


@pytest.fixture
def root(payments):
    return an_administrator()


def holder(page):
    [text] = set(TOKEN.findall(page.html))
    return Caller("token", f"Bearer {text}")


class TestIssuing:
    def test_the_secret_is_shown_once_and_works(self, root):
        page = root.adds("token", team="payments", name="nightly", role="contributor", days="7")

        assert "no-store" in page.response.headers["Cache-Control"]
        assert holder(page).registers("fraud").status == 201
        assert not any(TOKEN.search(cookie.value) for cookie in root.client.cookies.values())
        assert not TOKEN.search(root.sees("token/").html)

    def test_one_of_the_platform(self, root):
        page = root.adds("token", team="-", name="operations", role="maintainer", days="1")

        assert holder(page).gets("me").body["isPlatformAdmin"]

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [({"days": "0"}, "days"), ({"days": "400"}, "days"), ({"name": ""}, "name"), ({"team": "elsewhere"}, "team")],
    )
    def test_what_is_wrong_stands_beside_its_field(self, root, wrong, field):
        page = root.adds("token", **{"team": "payments", "name": "nightly", "role": "viewer", "days": "7", **wrong})

        assert field in page.errors
        assert not TOKEN.search(page.html)


class TestRevoking:
    def test_it_is_asked_about_and_then_refused_everywhere(self, root):
        issued = holder(root.adds("token", team="payments", name="nightly", role="viewer", days="7"))
        token_id = issued.gets("me").body["actor"].removeprefix("token:")
        key = f"payments/{token_id}"

        assert "Revoke these tokens?" in root.acts("token", "revoke", key, confirmed=False).text
        assert issued.gets("me").status == 200

        page = root.acts("token", "revoke", key)

        assert page.messages == ["Tokens revoked: 1."]
        assert key not in page.rows
        assert issued.gets("me").status == 401
        history = root.history_of("token", key).text
        assert history.index("TokenRevoked") < history.index("TokenIssued")

    def test_several_at_once(self, root, payments):
        keys = root.sees("token/?team=payments").rows
        assert len(keys) == 3

        assert root.acts("token", "revoke", *keys).messages == ["Tokens revoked: 3."]
        assert payments.viewer.gets("me").status == 401

    def test_a_row_is_looked_at_but_not_changed(self, root):
        [key, *_] = root.sees("token/?team=payments").rows
        page = root.sees(f"token/{key.replace('/', '_2F')}/change/")

        assert page.text.startswith("payments")
        assert "View token" in page.text
        assert root.sends(f"token/{key.replace('/', '_2F')}/change/", name="other").status == 403

    def test_the_platforms_own_are_listed_first_and_narrowed_to(self, root, payments):
        assert root.sees("token/").rows[0].startswith("-/")
        assert [key[:2] for key in root.sees("token/?team=-").rows] == ["-/"]
        [key] = root.sees("token/?team=-").rows
        assert root.sees(f"token/?q={key[2:6]}").rows == [key]
        assert "TokenIssued" in root.history_of("token", key).text
