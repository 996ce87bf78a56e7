"""What every answer has, whichever address it comes from and however it went."""

import re
from html.parser import HTMLParser

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests import contract
from tests.api.test_isolation import CLOSED, address
from tests.identity.people import Browser, signed_in

ANSWERS = {
    "a page": ("GET", "/login"),
    "a redirect": ("GET", "/"),
    "the documentation": ("GET", "/api/docs"),
    "the schema": ("GET", "/api/schema"),
    "a problem's page": ("GET", "/problems/team-taken"),
    "no problem": ("GET", "/problems/no-such-problem"),
    "health": ("GET", "/api/v1/health"),
    "no credentials": ("GET", "/api/v1/me"),
    "no address": ("GET", "/nowhere"),
    "no address of the API": ("GET", "/api/v1/nowhere/at/all"),
    "another method": ("DELETE", "/api/v1/health"),
    "another method of a page": ("GET", "/logout"),
    "a form without its token": ("POST", "/login"),
    "a file": ("GET", "/static/models_app/registry.css"),
    "no file": ("GET", "/static/nothing.css"),
    "another host": ("GET", "/api/v1/me", "evil.example"),
    "too many parameters": ("GET", "/login?" + "&".join(f"x{number}=1" for number in range(150))),
}

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def ask(name):
    method, path, *host = ANSWERS[name]
    return read(Browser("visitor").client.generic(method, path, headers={"host": host[0]} if host else {}))


def read(answer):
    """The answer, read to its end: a file stays open until then."""
    if answer.streaming:
        list(answer.streaming_content)
    return answer


class TestHeaders:
    @pytest.mark.parametrize("name", ANSWERS)
    def test_no_browser_can_be_talked_into_anything(self, table, name):
        answer = ask(name)

        assert {header: answer.headers.get(header) for header in HEADERS} == HEADERS
        policy = dict(rule.split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"

    @pytest.mark.parametrize("name", ANSWERS)
    def test_each_has_an_id_to_ask_about(self, table, name):
        answer = ask(name)

        assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{26}", answer.headers["X-Request-Id"])
        if "problem+json" in answer.headers.get("Content-Type", ""):
            assert answer.json()["requestId"] == answer.headers["X-Request-Id"]

    @pytest.mark.parametrize("name", ANSWERS)
    def test_none_fails_and_none_says_what_we_are_made_of(self, table, name):
        answer = ask(name)

        assert answer.status_code < 500
        assert not {"Server", "X-Powered-By"} & set(answer.headers)

    @pytest.mark.parametrize("name", ANSWERS)
    def test_no_page_of_another_origin_may_read_it(self, table, name):
        assert not [header for header in ask(name).headers if header.lower().startswith("access-control-")]

    def test_ids_are_never_given_twice(self, table):
        ids = [ask("health").headers["X-Request-Id"] for _ in range(50)]

        assert len(set(ids)) == 50

    def test_what_depends_on_who_asks_is_kept_by_no_shared_cache(self, payments):
        for path in ("me", "models", "teams/payments", "models/payments.nothing", "health"):
            assert payments.viewer.gets(path).headers["Cache-Control"] in {"private, no-cache", "no-store"}

    def test_answers_to_a_session_vary_by_cookie(self, payments):
        assert "Cookie" in signed_in("ada", payments="viewer").gets("me").headers["Vary"]


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "X")


class TestMethods:
    @pytest.mark.parametrize(
        "route", sorted({route for route, _ in CLOSED}), ids=lambda text: text.removeprefix("api/v1/")
    )
    def test_one_that_an_address_does_not_have_is_a_405_that_names_those_it_has(self, payments, route):
        allowed = {method for path, method in CLOSED if path == route}
        allowed |= {"HEAD"} if "GET" in allowed else set()
        path = address(route, team="payments")

        for method in set(METHODS) - allowed:
            for caller in (payments.maintainer, payments.outsider):
                answer = caller.calls(method, path, {} if method in {"POST", "PUT", "PATCH"} else None)
                assert answer.status == 405, method
                assert method == "HEAD" or answer.slug == "method-not-allowed"
                assert set(answer.headers["Allow"].split(", ")) == allowed

    def test_that_comes_before_whatever_else_is_wrong(self, payments):
        assert payments.maintainer.calls("DELETE", "models?unknown=1").status == 405
        assert payments.maintainer.calls("PUT", "models", raw=b"{").status == 405

    @pytest.mark.parametrize(
        "path", ["me", "models", "models/payments.fraud", "models/payments.fraud/1", "teams/payments"]
    )
    def test_head_answers_what_get_would_without_the_body(self, payments, path):
        payments.contributor.registers("fraud", version="1")

        got, headed = payments.viewer.gets(path), payments.viewer.calls("HEAD", path)

        assert (headed.status, headed.raw) == (got.status, b"")
        assert headed.headers.get("ETag") == got.headers.get("ETag")


class TestTheSchema:
    def test_it_is_valid_openapi_3_1(self):
        schema = contract.schema()

        assert schema["openapi"].startswith("3.1")
        assert [error.message for error in OpenAPIV31SpecValidator(schema).iter_errors()] == []

    def test_none_of_its_names_is_made_of_a_digest(self):
        names = contract.schema()["components"]["schemas"]

        assert [name for name in names if re.search("[0-9a-f]{3}Enum$", name)] == []

    def test_anyone_can_read_it_and_it_is_the_one_that_answers_are_held_against(self, table):
        answer = Browser("visitor").opens("/api/schema")

        assert yaml.safe_load(answer.content) == contract.schema()

    def test_it_tells_of_every_route_and_method(self):
        told = {
            (path, method.upper()) for path, operations in contract.schema()["paths"].items() for method in operations
        }
        there = {
            ("/" + contract.CONVERTER.sub(lambda found: f"{{{contract.camelize(found[1])}}}", route), method)
            for route, method in CLOSED | {("api/v1/health", "GET")}
        }

        assert told == there


class Sources(HTMLParser):
    """The addresses that a page loads by itself."""

    def __init__(self):
        super().__init__()
        self.found = []
        self.inline = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.found += [given[name] for name in ("src", "href", "data", "action") if given.get(name) and tag != "a"]
        self.inline += [name for name in given if name.startswith("on") or name == "style"]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)


@pytest.mark.parametrize("path", ["/api/docs", "/login"])
class TestPages:
    def test_they_load_nothing_from_elsewhere_and_all_they_load_is_there(self, table, path):
        visitor = Browser("visitor")
        page = Sources()
        page.feed(visitor.opens(path).content.decode())

        assert page.found
        for source in page.found:
            assert not re.match(r"[a-z]*:|//", source.lower().removeprefix("data:image/")), source
            address = source if source.startswith("/") else f"{path}{source}"
            assert source.startswith("data:") or read(visitor.opens(address)).status_code == 200, source

    def test_they_hold_nothing_that_their_policy_forbids(self, table, path):
        page = Sources()
        page.feed(Browser("visitor").opens(path).content.decode())

        assert page.inline == []
