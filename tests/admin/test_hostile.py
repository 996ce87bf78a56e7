"""Texts that would be scripts, in every field that takes text: no page runs one, and none breaks."""

import json
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest

from tests.admin.people import an_administrator

WRAPS = ["{}", '">{}', "'>{}", "</textarea>{}", "</title>{}", "<!--{}-->", "</select>{}", "\u202e{}"]
CORES = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
]
PAYLOADS = [wrap.format(core) for wrap in WRAPS for core in CORES] + [
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "javascript:alert(1)",
    "{{ request.user.password }}{% debug %}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
]


class Scripts(HTMLParser):
    """Whatever on a page would run, or load, something that is not ours."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if tag == "script" and not (named.get("src") or "").startswith(("/static/admin/", "/admin/jsi18n/")):
            self.found.append((tag, attrs))
        if tag in {"iframe", "object", "embed", "base"} or any(name.startswith("on") for name in named):
            self.found.append((tag, attrs))
        if (named.get("href") or "").strip().lower().startswith(("javascript:", "data:")):
            self.found.append((tag, attrs))


def scripts(page):
    assert page.status == 200
    parser = Scripts()
    parser.feed(page.html)
    parser.close()
    return parser.found


@pytest.fixture
def root(payments):
    return an_administrator()


class TestTexts:
    def test_none_runs_on_any_page(self, root):
        every = "\n".join(PAYLOADS)
        tags = json.dumps({payload.replace(":", ""): payload for payload in PAYLOADS})
        document = json.dumps({payload: [payload] for payload in PAYLOADS})
        typed = {"description": every, "tags": tags, "metadata": document, "s3_uri": f"s3://models/{PAYLOADS[0]}"}
        assert root.adds("modelversion", team="payments", model_name="fraud", version="1", **typed).messages
        assert root.changes("registeredmodel", "payments.fraud", description=every, tags=tags).messages
        assert root.changes("modelversion", "payments.fraud/1", description=every + every, tags="{}").messages

        for path in (
            *("/admin/", "event/", "registeredmodel/", "modelversion/", "modelversion/payments.fraud_2F1/delete/"),
            *("registeredmodel/payments.fraud/change/", "registeredmodel/payments.fraud/history/"),
            *("modelversion/payments.fraud_2F1/change/", "modelversion/payments.fraud_2F1/history/"),
        ):
            assert scripts(root.sees(path)) == [], path
        assert root.opens_form("registeredmodel", "payments.fraud")["description"] == every

    def test_nor_one_in_a_name(self, root):
        for payload in PAYLOADS[::4]:
            assert root.changes("team", "payments", display_name=payload).messages
            assert root.adds("token", team="payments", name=payload, role="viewer", days="1").status == 200

        tokens = root.sees("token/?team=payments")
        assert scripts(tokens) == []
        assert scripts(root.acts("token", "revoke", *tokens.rows, confirmed=False)) == []
        for path in ("team/", "team/payments/change/", "team/payments/history/", "team/payments/delete/"):
            assert scripts(root.sees(path)) == [], path

    def test_nor_one_that_is_refused_searched_for_or_no_key(self, root):
        for payload in PAYLOADS[1::4]:
            query = urlencode({"q": payload, "team": payload, "status": payload})
            key = "".join(f"_{byte:02X}" for byte in payload.encode() if byte < 128)

            assert scripts(root.adds("team", slug=payload, display_name=payload * 9, protected_aliases=payload)) == []
            assert scripts(root.adds("user", username=payload, email=payload)) == []
            assert scripts(root.sees(f"registeredmodel/?{query}")) == []
            assert scripts(root.sees(f"team/{key}/change/")) == []

    def test_the_detector_finds_what_runs(self):
        class Answer:
            status, html = 200, "".join(CORES)

        assert len(scripts(Answer)) == len(CORES)
