import pytest

from models_app.domain.actors import command_line
from models_app.domain.teams import Username
from models_app.services import users
from tests.callers import Answer, assert_is_problem
from tests.costs import counted_calls
from tests.identity.outages import dead_engine
from tests.identity.people import PASSWORD, Browser, an_account, signed_in

AWAY = (
    *("https://evil.example", "http://evil.example/", "//evil.example", "///evil.example", "////evil.example"),
    *("\\\\evil.example", "/\\evil.example", "\\/evil.example", "/\t/evil.example", "/\n/evil.example"),
    *("http:evil.example", "http:/evil.example", "http:///evil.example", "HTTPS://evil.example", "ftp://evil.example"),
    *(
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,x",
    ),
    *(
        "//127.0.0.1@evil.example",
        "https://127.0.0.1@evil.example",
        "https://127.0.0.1.evil.example",
        "//evil%E3%80%82example",
    ),
    *(
        "https://evil.example\\@127.0.0.1",
        "https://[::1",
        "http://[",
        "mailto:a@b",
        "file:///etc/passwd",
        "//evil.example:80",
    ),
    *(
        "https:evil.example",
        "http://127.0.0.1:x",
        "\u200b//evil.example",
        "\r\n//evil.example",
        "//\\evil.example",
        "x" * 9000,
    ),
)


def as_answer(response):
    body = response.json() if "json" in response.headers["Content-Type"] else None
    return Answer(response.status_code, body, response.headers, response.content)


class TestTheForm:
    def test_it_is_for_anyone_and_asks_no_foreign_host(self, table):
        page = Browser("visitor").opens("/login")

        assert page.status_code == 200
        assert b'name="csrfmiddlewaretoken"' in page.content
        assert b"http" not in page.content.replace(b"127.0.0.1", b"")

    def test_it_takes_one_call_to_sign_in_and_brings_you_to_the_models(self, table):
        an_account("ada")
        ada = Browser("ada")

        with counted_calls() as calls:
            answer = ada.signs_in("ada")

        assert (answer.status_code, answer.headers["Location"]) == (302, "/api/v1/models")
        assert calls == ["Query"]

    def test_names_are_read_in_any_case(self, table):
        an_account("ada")

        assert Browser("ada").signs_in("ADA").status_code == 302

    def test_an_address_of_ours_is_gone_to(self, table):
        an_account("ada")

        answer = Browser("ada").signs_in("ada", next="/api/v1/models?limit=1")

        assert answer.headers["Location"] == "/api/v1/models?limit=1"


class TestRefusals:
    WRONG = (
        ("ada", "wrong"),
        ("ada", ""),
        ("ada", PASSWORD + " "),
        ("nobody", PASSWORD),
        ("", PASSWORD),
        ("a b", PASSWORD),
        ("ada\x00", PASSWORD),
        ("x" * 300, PASSWORD),
        ("ada#", PASSWORD),
        ("\N{CYRILLIC SMALL LETTER A}da", PASSWORD),
        ("ada", "x" * 100_000),
    )

    @pytest.mark.parametrize(("username", "password"), WRONG, ids=[f"{u[:8]!a} {p[:8]!a}" for u, p in WRONG])
    def test_a_wrong_name_reads_as_a_wrong_password(self, table, username, password):
        an_account("ada")
        browser = Browser("stranger")

        answer = browser.signs_in(username, password)

        assert answer.status_code == 200
        assert browser.session == ""
        assert b"That user name and password do not belong together." in answer.content

    def test_so_does_a_deactivated_account(self, table):
        an_account("ada")
        users.update_user(actor=command_line(), username=Username("ada"), is_active=False)

        answer = Browser("ada").signs_in("ada")

        assert b"That user name and password do not belong together." in answer.content

    def test_a_form_without_its_token_is_refused(self, table):
        an_account("ada")

        answer = as_answer(Browser("ada").client.post("/login", {"username": "ada", "password": PASSWORD}))

        assert_is_problem(answer)
        assert (answer.status, answer.slug) == (403, "cross-site-request")

    @pytest.mark.parametrize("token", ["", "x", "a" * 32, "a" * 64, "é", "\x00"])
    def test_so_is_one_with_somebody_elses(self, table, token):
        ada = Browser("ada")
        ada.opens("/login")

        answer = ada.client.post("/login", {"username": "ada", "password": PASSWORD, "csrfmiddlewaretoken": token})

        assert answer.status_code == 403

    @pytest.mark.parametrize("path", ["/login", "/logout"])
    def test_while_storage_is_away_they_are_busy(self, table, path):
        ada = signed_in("ada")
        other = Browser("other")
        other.opens("/login")

        with dead_engine():
            answer = as_answer(
                ada.signs_out() if path == "/logout" else other.submits(path, username="ada", password=PASSWORD)
            )

        assert_is_problem(answer)
        assert (answer.status, answer.slug) == (503, "storage-busy")


class TestOpenRedirects:
    @pytest.mark.parametrize("away", AWAY, ids=lambda text: repr(text)[:30])
    def test_nobody_is_sent_to_another_site_after_signing_in_or_out(self, table, away):
        ada = Browser("ada")
        an_account("ada")

        signed = ada.signs_in("ada", next=away)
        again = ada.client.get("/login", {"next": away})
        out = ada.submits("/logout", next=away)

        for answer in (signed, again, out):
            assert answer.status_code in {302, 400}
            assert answer.headers.get("Location", "/login") in {"/api/v1/models", "/login"}

    @pytest.mark.parametrize("loop", ["/login", "/login?next=/login", "/login#x"])
    def test_nor_in_circles(self, table, loop):
        ada = signed_in("ada")

        answer = ada.client.get("/login", {"next": loop})

        assert answer.status_code < 500


class TestSigningOut:
    def test_it_takes_a_form(self, table):
        ada = signed_in("ada")

        answer = ada.client.get("/logout")

        assert (answer.status_code, "POST" in answer.headers["Allow"]) == (405, True)
        assert ada.gets("me").status == 200

    def test_it_takes_the_forms_token(self, table):
        ada = signed_in("ada")

        assert ada.client.post("/logout").status_code == 403
        assert ada.gets("me").status == 200

    def test_who_is_not_signed_in_is_brought_to_the_form(self, table):
        stranger = Browser("stranger")
        stranger.opens("/login")

        assert stranger.signs_out().headers["Location"] == "/login"
