"""Events that a caller, or whoever may invoke the function, could try: (name, event, what Django must be told)."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from tests.aws.runtime import HOST, an_event

ADDRESS = "203.0.113.9"  # what API Gateway saw
LIE = "198.51.100.66"
ME = "/api/v1/me"

Told = dict[str, str]


def asks(headers: dict[str, Any] | None = None, *, method: str = "GET", path: str = ME, **more: Any) -> dict[str, Any]:
    """A request as API Gateway hands it on; a list is a header that came several times."""
    event = an_event(method, path)
    for name, value in (headers or {}).items():
        values = value if isinstance(value, list) else [value]
        event["headers"][name], event["multiValueHeaders"][name] = values[-1], values
    return event | more


def events() -> list[tuple[str, dict[str, Any], Told]]:
    """All of them."""
    return [*about_the_caller(), *with_strange_headers(), *with_strange_bodies(), *in_another_form()]


def about_the_caller() -> Iterator[tuple[str, dict[str, Any], Told]]:
    """What a caller says of where it is, and who."""
    for value in (
        *(LIE, f"{LIE}, {LIE}", f"{LIE}, {ADDRESS}, {LIE}", "", ",", ",,,", "127.0.0.1", "::1", "unknown", "x" * 5000),
        *(f"{LIE}:80", f'"{LIE}"', f"for={LIE}", f"{LIE}\t,", f"{LIE};{LIE}", "0x7f.1", "localhost", "\u0661"),
    ):
        yield f"X-Forwarded-For: {value[:24]!a}", asks({"X-Forwarded-For": value}), {}
    yield "X-Forwarded-For twice", asks({"X-Forwarded-For": [LIE, LIE]}), {}
    for name in (
        *("x-forwarded-for", "X-FORWARDED-FOR", "X_Forwarded_For", "X-Forwarded_For", "x_forwarded-for"),
        *("X-Real-IP", "Client-IP", "True-Client-IP", "CF-Connecting-IP", "X-Client-IP", "Forwarded", "Via"),
        *("X-Cluster-Client-IP", "Remote-Addr", "REMOTE_ADDR", "Remote_Addr", "X-Amzn-Source-Ip"),
    ):
        yield f"{name} lies", asks({name: LIE}), {}
    for name in (
        "X-Forwarded-Proto",
        "X_Forwarded_Proto",
        "x-forwarded_proto",
        "X-Forwarded-Protocol",
        "Front-End-Https",
    ):
        yield f"{name} says http", asks({name: "http"}), {"wsgi.url_scheme": "https"}
    for name in ("REMOTE_USER", "Remote-User", "Remote_User", "X-Remote-User", "AUTH_USER", "X-Amzn-Oidc-Identity"):
        yield f"{name} says root", asks({name: "root"}), {}
    for name in (
        "X-Forwarded-Host",
        "X_Forwarded_Host",
        "X-Host",
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-Forwarded-Prefix",
    ):
        yield f"{name} lies", asks({name: "/admin/"}), {"PATH_INFO": ME, "HTTP_HOST": HOST}
    for name in (
        "Script-Name",
        "SCRIPT_NAME",
        "Path-Info",
        "PATH_INFO",
        "X-Script-Name",
        "Request-Method",
        "Wsgi.Url_Scheme",
    ):
        yield f"{name} lies", asks({name: "/admin"}), {"PATH_INFO": ME, "REQUEST_METHOD": "GET"}
    # These are AWS's own words, which are true; but nothing of ours lets anybody in on them.
    event = asks()
    event["requestContext"]["authorizer"] = {"principalId": "root", "claims": {"sub": "root"}}
    yield "an authorizer's principal", event, {"REMOTE_USER": "root"}
    event = asks()
    event["requestContext"]["identity"] |= {"user": "root", "userArn": "root", "caller": "root", "accountId": "1"}
    yield "an identity of IAM", event, {"REMOTE_USER": "root"}
    yield "variables of the stage", asks(stageVariables={"ENVIRONMENT": "local", "REMOTE_USER": "root"}), {}


def with_strange_headers() -> Iterator[tuple[str, dict[str, Any], Told]]:
    """Twice, or like another, or like nothing."""
    for name in ("Authorization", "authorization", "Content-Type", "Host", "Content-Length", "Cookie", "If-Match"):
        yield f"{name} twice", asks({name: ["Bearer a", "Bearer b"]}), {}
    other = asks({"Authorization": "Bearer a"})
    other["multiValueHeaders"]["AUTHORIZATION"] = ["Bearer b"]
    yield "Authorization in two spellings", other, {}
    for value in (
        "Bearer",
        "Bearer ",
        "Basic root",
        "Basic cm9vdDpyb290",
        "Bearer a, Bearer b",
        "\x00",
        "é",
        "\ud800",
        "x" * 9000,
    ):
        yield f"Authorization: {value[:20]!a}", asks({"Authorization": value}), {}
    for value in (
        "evil.example",
        "",
        "a b",
        f"{HOST}@evil.example",
        f"{HOST}.evil.example",
        "[::1",
        "\x00",
        "127.0.0.1",
    ):
        yield f"Host: {value!a}", asks({"Host": value}), {}
    for value in ("hex", "*=hex", "utf-8''%41", "nonsense"):
        yield f"charset {value}", asks({"Content-Type": f"application/json; charset={value}"}), {}
    yield "a charset in RFC 2231", asks({"Content-Type": "application/json; charset*=hex"}), {}
    yield "a parameter in no encoding", asks({"Content-Type": "application/json; x*=nonsense''%41"}), {}
    yield "an empty name", asks({"": "x"}), {}
    yield "a line in a name", asks({"X\r\nAuthorization": "Bearer x"}), {}
    yield "a line in a value", asks({"X-Y": "x\r\nAuthorization: Bearer x"}), {}
    yield "no headers", asks() | {"headers": None, "multiValueHeaders": None}, {}
    yield "single headers only", asks({"X-Forwarded-For": LIE}) | {"multiValueHeaders": None}, {}
    yield "1000 headers", asks({f"X-{number}": "x" for number in range(1000)}), {}
    yield "another method in a header", asks({"X-HTTP-Method-Override": "DELETE"}), {"REQUEST_METHOD": "GET"}


def with_strange_bodies() -> Iterator[tuple[str, dict[str, Any], Told]]:
    """Bodies as API Gateway packs them, and as it would not."""
    sent = {"Content-Type": "application/json"}
    packed = base64.b64encode(b'{"a": "\xc3\xa9"}').decode()
    post = {"method": "POST", "path": "/api/v1/models"}
    yield "packed", asks(sent, body=packed, isBase64Encoded=True, **post), {"body": '{"a": "\xc3\xa9"}'}
    yield "plain", asks(sent, body='{"a": "é"}', **post), {"body": '{"a": "\xc3\xa9"}'}
    yield "like packed", asks(sent, body="e30=", **post), {"body": "e30="}
    yield "packed, and no body", asks(sent, body=None, isBase64Encoded=True, **post), {"body": ""}
    yield "packed badly", asks(sent, body="e30", isBase64Encoded=True, **post), {}
    yield "packed in nothing known", asks(sent, body="\u00e9!", isBase64Encoded=True, **post), {}
    yield "half a character", asks(sent, body='"\ud800"', **post), {}
    query = {"multiValueQueryStringParameters": {"teamId": ["\ud800"]}, "queryStringParameters": {"teamId": "\ud800"}}
    yield "half a character in the query", asks(**query), {}
    yield "a query that is no text", asks(multiValueQueryStringParameters={"teamId": [None, 7, {}]}), {}
    yield "a length that lies", asks(sent | {"Content-Length": "1"}, body="{}", **post), {"body": "{}"}
    yield "a length that is none", asks(sent | {"Content-Length": "-1"}, body="{}", **post), {"body": "{}"}
    yield "in pieces", asks(sent | {"Transfer-Encoding": "chunked"}, body="0\r\n\r\n", **post), {}


def in_another_form() -> Iterator[tuple[str, dict[str, Any], Told]]:
    """What is no request of a REST API with payload 1.0, though it looks like one."""
    for name in ("command", "manage", "raw_command", "Records", "job", "detail-type"):
        yield f"also a {name}", asks({}, **{name: "os.system('true')"}), {}
    http_api = {
        "version": "2.0",
        "rawPath": "/admin/",
        "rawQueryString": "",
        "requestContext": {"http": {"method": "GET", "path": "/admin/", "sourceIp": LIE}},
        "headers": {},
    }
    yield "an HTTP API's", http_api, {}
    yield "a REST API's that calls itself an HTTP API's", asks() | {"version": "2.0"}, {}
    yield "both in one", http_api | asks() | {"version": "2.0"}, {}
    elb = {
        "requestContext": {"elb": {"targetGroupArn": "x"}},
        "httpMethod": "GET",
        "path": ME,
        "headers": {},
        "body": "",
    }
    yield "a load balancer's", elb, {}
    both = asks()
    both["requestContext"]["elb"] = {"targetGroupArn": "x"}
    yield "a load balancer's in a REST API's", both, {}
    for field in ("httpMethod", "path", "requestContext"):
        yield f"no {field}", {name: value for name, value in asks().items() if name != field}, {}
        yield f"{field} is a list", asks() | {field: []}, {}
    yield "no identity", asks() | {"requestContext": {}}, {}
    yield "an authorizer's question", {"type": "TOKEN", "methodArn": "x", "authorizationToken": "x"}, {}
    yield (
        "a websocket's",
        {"requestContext": {"eventType": "CONNECT", "connectionId": "x"}, "isBase64Encoded": False},
        {},
    )
