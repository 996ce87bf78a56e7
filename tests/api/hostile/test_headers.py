"""Headers that try their luck. None is a way in, none makes us fail, none comes back unasked."""

import io
import sys

import pytest

from registry_project.wsgi import application
from tests.callers import Caller, assert_is_problem

GARBAGE = (
    "",
    " ",
    "x",
    "\x00",
    "\xff\xfe",
    "é",
    '"',
    "a" * 8000,
    "${jndi:ldap://x}",
    "<script>",
    "'; --",
    "%00",
    "null",
    "\t",
    "1, 2",
)

READING = (
    "accept",
    "accept_language",
    "accept_encoding",
    "accept_charset",
    "if_none_match",
    "if_modified_since",
    "range",
)
ABOUT_US = (
    "x_forwarded_for",
    "x_forwarded_host",
    "x_forwarded_proto",
    "x_forwarded_port",
    "forwarded",
    "via",
    "x_real_ip",
)
ABOUT_THEM = (
    "cookie",
    "referer",
    "origin",
    "user_agent",
    "from",
    "x_csrftoken",
    "remote_user",
    "x_remote_user",
    "x_amzn_oidc_data",
)
HEADERS = READING + ABOUT_US + ABOUT_THEM


@pytest.fixture
def payments(payments):
    """With something to read."""
    payments.contributor.registers("fraud", version="1")
    return payments


@pytest.mark.parametrize("header", HEADERS)
def test_garbage_in_it_changes_no_answer(payments, header):
    plain = payments.viewer.reads("payments.fraud", "1")

    for garbage in GARBAGE:
        answer = payments.viewer.reads("payments.fraud", "1", **{header: garbage})
        assert (answer.status, answer.body) == (200, plain.body)
        assert garbage in {"", " ", "x", "1, 2", "\t", '"'} or garbage not in str(answer.headers)


@pytest.mark.parametrize(
    "header", ["remote_user", "x_remote_user", "x_forwarded_user", "x_amzn_oidc_identity", "x_user"]
)
def test_nobody_becomes_somebody_by_saying_so(payments, header):
    assert payments.anonymous.gets("me", **{header: "ada"}).status == 401


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_an_if_match_that_names_no_state_stops_every_write(payments, method):
    before = payments.viewer.reads("payments.fraud", "1").body
    body = {"deploymentTarget": "Lambda"} if method != "DELETE" else None

    for garbage in (*GARBAGE, "W/*", "**", '*, "1"', '"' + "a" * 8000 + '"', 'W/"1-1"', '"1-2"', "1-1"):
        answer = payments.maintainer.calls(method, "models/payments.fraud/1", body, if_match=garbage)
        assert (answer.status, answer.slug) == (412, "revision-mismatch")

    assert payments.viewer.reads("payments.fraud", "1").body == before


class TestRequestId:
    @pytest.mark.parametrize("good", ["12345678", "a" * 64, "01ARZ3NDEKTSV4RRFFQ69G5FAV", "trace-1.2_3", "00-abc-01"])
    def test_a_callers_own_is_kept_and_stands_in_history(self, payments, good):
        answer = payments.contributor.calls("POST", "models", {"modelName": "x"}, x_request_id=good)
        assert answer.headers["X-Request-Id"] == answer.body["requestId"] == good

        payments.contributor.patches("payments.fraud", "1", {"description": "x"}, x_request_id=good)
        assert payments.viewer.gets("events?limit=1").body["results"][0]["requestId"] == good

    def test_anything_else_is_replaced(self, payments):
        for bad in ("1234567", "a" * 65, "-12345678", "abc def gh", "abcdefgh\n", "abcdefgh\r\nX: y", *GARBAGE):
            answer = payments.viewer.gets("models/payments.nothing", x_request_id=bad)

            given = answer.headers["X-Request-Id"]
            assert given == answer.body["requestId"] != bad
            assert len(given) == 26


class TestHost:
    @pytest.mark.parametrize(
        "host",
        [
            "evil.example",
            "127.0.0.1@evil.example",
            "127.0.0.1.evil.example",
            "",
            "127.0.0.1:x",
            "a b",
            "\x00",
            "é",
            "[::1",
            "*",
        ],
    )
    def test_another_one_is_refused_before_anything_is_done(self, payments, host):
        answer = payments.viewer.gets("models", host=host)

        assert_is_problem(answer)
        assert (answer.status, answer.slug) == (400, "bad-request")

    def test_links_lead_to_the_host_that_was_asked(self, payments):
        payments.contributor.registers("second", version="1")

        link = payments.viewer.gets("models?limit=1", host="localhost", x_forwarded_host="evil.example").body["next"]

        assert link.startswith("http://localhost/")


@pytest.mark.parametrize(
    "parameter",
    [
        *("charset=hex", "charset=undefined", "charset=rot13", "charset=utf-16", "charset=base64", "charset=idna"),
        *(
            "charset=zlib",
            "charset=nonsense",
            "charset*=hex",
            "charset*=utf-8''hex",
            "charset*0=hex",
            "charset=utf-8\0",
        ),
        *("x*=nonsense''%41", "x*=\0''%41", 'charset="hex;"', "charset = hex"),
    ],
)
@pytest.mark.parametrize(
    ("method", "status"), [("GET", 404), ("HEAD", 404), ("PATCH", 404), ("DELETE", 404), ("PUT", 405)]
)
def test_no_charset_spoils_what_stands_in_the_query(payments, parameter, method, status):
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": "/api/v1/models/payments.nothing",
        "QUERY_STRING": "teamId=payments",
        "CONTENT_TYPE": f"application/json; {parameter}",
        "CONTENT_LENGTH": "2",
        "HTTP_AUTHORIZATION": payments.maintainer.authorization,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(b"{}"),
        "wsgi.errors": sys.stderr,
    }
    answered = []

    list(application(environ, lambda line, *_: answered.append(line)))

    assert answered[0].startswith(str(status))


def test_two_credentials_in_one_header_are_none(payments):
    both = f"{payments.viewer.authorization}, {payments.maintainer.authorization}"

    assert Caller("both", both).gets("me").status == 401
