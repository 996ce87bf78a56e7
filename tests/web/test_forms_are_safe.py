"""What holds for every form: whose it is, CSRF, no scripts, and what a reader without eyes needs."""

import re
from html import escape

import pytest

from models_app.domain.actors import command_line
from models_app.domain.teams import Username
from models_app.services import users
from models_app.web.urls import urlpatterns
from tests.web.visitors import ACCEPT, Visitor

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'\"><svg/onload=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "javascript:alert(1)//",
    "{{ 7|add:7 }}{% debug %}",
    "<!--<script>",
    "&lt;b&gt;&#60;b&#62;",
)

# Each form with the least role that may see it: as the services have it.
FORMS = {
    "register-form": ("/web/models/new", "contributor"),
    "model-form": ("/web/models/payments.fraud/edit", "contributor"),
    "rename-form": ("/web/models/payments.fraud/rename", "maintainer"),
    "delete-form": ("/web/models/payments.fraud/delete", "maintainer"),
    "restore-model-form": ("/web/models/payments.fraud/restore", "maintainer"),
    "alias-form": ("/web/models/payments.fraud/alias", "contributor"),
    "alias-remove-form": ("/web/models/payments.fraud/aliases/champion/remove", "contributor"),
    "rollback-form": ("/web/models/payments.fraud/rollback", "maintainer"),
    "version-form": ("/web/models/payments.fraud/versions/1.2.0/edit", "contributor"),
    "deploy-form": ("/web/models/payments.fraud/versions/1.2.0/deploy", "maintainer"),
    "deregister-form": ("/web/models/payments.fraud/versions/1.2.0/deregister", "maintainer"),
    "restore-form": ("/web/models/payments.fraud/versions/1.2.0/restore", "maintainer"),
    "cancel-form": ("/web/deployments/{deployment}/cancel", "maintainer"),
    "report-form": ("/web/deployments/{deployment}/report", "maintainer"),
    "team-new-form": ("/web/teams/new", "admin"),
    "team-form": ("/web/teams/payments/settings", "maintainer"),
    "member-new-form": ("/web/teams/payments/members/new", "maintainer"),
    "member-form": ("/web/teams/payments/members/eve/role", "maintainer"),
    "member-remove-form": ("/web/teams/payments/members/eve/remove", "maintainer"),
    "token-new-form": ("/web/teams/payments/tokens/new", "maintainer"),
    "token-revoke-form": ("/web/teams/payments/tokens/{token}/revoke", "maintainer"),
    "password-form": ("/web/account/password", None),
    "account": ("/web/account", None),
}
OF_A_TEAM = sorted(name for name, (address, _) in FORMS.items() if "payments" in address or "{" in address)
ROLES = ("viewer", "contributor", "maintainer")


@pytest.fixture
def addresses(payments):
    """Every form's address, about things that are there."""
    payments.contributor.registers("fraud", version="1.2.0")
    payments.maintainer.moves("payments.fraud", "champion", "1.2.0")
    deployment = payments.maintainer.deploys("payments.fraud", "1.2.0").body["deploymentId"]
    token = payments.viewer.gets("me").body["actor"].removeprefix("token:")
    Visitor.signed_in("eve", payments="viewer")
    return {name: address.format(deployment=deployment, token=token) for name, (address, _) in FORMS.items()}


def test_every_form_is_listed_here():
    """A form that is added without a line above is held to nothing."""
    looked_at = {"compare", "narrow-models", "narrow-deployments"}  # tests/web/looking
    assert {pattern.name for pattern in urlpatterns} - looked_at == set(FORMS)


def test_each_is_shown_from_its_role_on_and_refused_below(addresses):
    seen = {}
    for role in ROLES:
        visitor = Visitor.signed_in(f"a-{role}", payments=role)
        for name, address in addresses.items():
            seen.setdefault(name, []).append(visitor.sees(address).status)

    for name, (_, least) in FORMS.items():
        begins = {None: 0, "admin": len(ROLES)}.get(least, ROLES.index(least) if least in ROLES else 0)
        assert seen[name] == [403] * begins + [200] * (len(ROLES) - begins), name


def test_another_teams_are_as_missing_ones_to_the_letter(addresses):
    outsider = Visitor.signed_in("oscar", vision="maintainer")

    def answer(address, method):
        values = {"csrfmiddlewaretoken": outsider.csrf_token}
        send = outsider.client.get if method == "GET" else outsider.client.post
        response = send(address, values if method == "POST" else None, headers={"accept": ACCEPT})
        body = re.sub(
            r'<code>[0-9A-Z]{26}</code>|value="\w{64}"|/web/\S*|\bpayments\b|\bnobodys\b', "", response.content.decode()
        )
        return response.status_code, body

    for name in OF_A_TEAM:
        for method in ("GET", "POST"):
            there = answer(addresses[name], method)
            missing = answer(addresses[name].replace("payments", "nobodys"), method)
            assert there[0] == 404, (name, method)
            assert there == missing, (name, method)


def test_without_the_csrf_token_nothing_is_done(addresses):
    root = Visitor.signed_in("root", is_platform_admin=True)

    for name, address in addresses.items():
        if name != "account":
            assert root.client.post(address, {}, headers={"accept": ACCEPT}).status_code == 403, name


def test_old_cookies_die_with_the_account(addresses):
    ada = Visitor.signed_in("ada", payments="maintainer")
    users.update_user(actor=command_line(), username=Username("ada"), is_active=False)

    for name, address in addresses.items():
        answer = ada.client.get(address, headers={"accept": ACCEPT})
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, "/login"), name


def test_each_can_be_used_without_eyes_and_without_scripts(addresses):
    root = Visitor.signed_in("root", is_platform_admin=True, payments="maintainer")

    for name, address in addresses.items():
        page = root.sees(address)
        ids = [given["id"] for _, given in page.tags if "id" in given]
        labelled = {given["for"] for tag, given in page.tags if tag == "label" and "for" in given}
        assert len(page.headings) == 1, name
        assert len(ids) == len(set(ids)), name
        for tag, given in page.tags:
            assert not [each for each in given if each.startswith("on") or each == "style"], (name, given)
            assert tag != "script" or given.get("src", "").startswith("/static/"), name
            is_seen = "hidden" not in given and given.get("type") not in {"hidden", "radio"}
            if tag in {"input", "select", "textarea"} and is_seen:
                assert given["id"] in labelled, (name, given)
            for pointed in given.get("aria-describedby", "").split():
                assert pointed in ids, (name, pointed)
        assert "content-security-policy" in {header.lower() for header in page.response.headers}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_comes_to_life_whether_refused_or_kept(payments, payload):
    ada = Visitor.signed_in("ada", payments="maintainer", vision="maintainer")
    payments.contributor.registers("fraud", version="1.2.0", description=payload, tags={"t": payload})
    ada.calls("PATCH", "teams/payments", {"displayName": payload})
    ada.calls("POST", "teams/payments/tokens", {"name": payload, "role": "viewer"})
    visitor = Visitor("visitor")
    version = "/web/models/payments.fraud/versions/1.2.0"
    register, alias = ada.sees("/web/models/new"), ada.sees("/web/models/payments.fraud/alias")
    pages = [
        ada.sends(register, **dict.fromkeys(register.form.values.keys() - {"csrfmiddlewaretoken"}, payload)),
        ada.sends(alias, alias=payload, version=payload),
        ada.sees(f"{version}/edit"),
        ada.sends(ada.sees(f"{version}/edit"), tags=payload, metadata=payload),
        ada.sends(ada.sees(f"{version}/deploy"), press="plan", environment=payload, parameters=payload),
        ada.sees(f"{version}/deploy?environment={payload}&deploymentTarget={payload}"),
        ada.sees("/web/models/payments.fraud/edit"),
        ada.sees(f"/web/models/payments.fraud/rollback?environment={payload}"),
        ada.sees("/api/v1/teams/payments"),
        ada.sees("/api/v1/teams"),
        ada.sees("/api/v1/teams/payments/tokens"),
        ada.sees("/web/teams/payments/settings"),
        ada.sends(ada.sees("/web/teams/payments/members/new"), username=payload),
        ada.sends(ada.sees("/web/teams/payments/tokens/new"), name=payload),
        ada.sees("/web/account"),
        visitor.sends(visitor.sees(f"/login?next={payload}"), username=payload),
    ]

    for page in pages:
        assert page.status < 500
        assert payload == escape(payload) or payload not in page.html, page.address
        assert {tag for tag, _ in page.tags} & {"svg", "b"} == set(), page.address
        for tag, given in page.tags:
            assert tag != "script" or given.get("src", "").startswith("/static/"), page.address
            assert not [each for each in given if each.startswith("on")], page.address
            assert not given.get("href", "").startswith("javascript:"), page.address
    assert sum(payload in page.said or payload in str(page.form.values) for page in pages if page.forms[1:]) > 5
