"""The matrix of our own pages and forms, of what is open to all, and of signing in."""

from __future__ import annotations

from typing import Any

from tests.proof.permissions.rows import Face, Row

FRAUD = "/web/models/payments.fraud"
SPARE = "/web/models/payments.spare"
TEAM = "/web/teams/payments"
DEPLOYMENT = "/web/deployments/{deployment}"
REGISTRATION = {
    "teamId": "payments",
    "modelName": "newest",
    "version": "1.0.0",
    "framework": "pytorch",
    "s3Uri": "s3://models/newest/model.pt",
    "deploymentTarget": "Lambda",
}
CONTRIBUTORS_ELSEWHERE = ("session, elsewhere", "session, both")
PASSWORDS = {"currentPassword": "{password}", "newPassword": "{new password}", "newPasswordAgain": "{new password}"}


def _both(address: str, shown: str, sent: str, *, typed: dict[str, Any] | None = None, events: int = 1) -> list[Row]:
    """A form: looked at, and sent."""
    return [Row(Face.FORM, "GET", address, shown), Row(Face.FORM, "POST", address, sent, typed, events=events)]


# fmt: off
#                                      nobody stranger viewer contributor maintainer administrator: shown, then sent
FORMS = [
    # Who may register elsewhere is shown the form, which offers and takes the teams in which one may.
    Row(Face.FORM, "GET", "/web/models/new",                                "login 403 403 200 200 200",
        unlike=dict.fromkeys(CONTRIBUTORS_ELSEWHERE, "200")),
    Row(Face.FORM, "POST", "/web/models/new",                               "login 403 403 303 303 303",
        REGISTRATION, events=1, unlike=dict.fromkeys(CONTRIBUTORS_ELSEWHERE, "400")),
    *_both(f"{FRAUD}/edit",                    "login 404 403 200 200 200", "login 404 403 303 303 303",
           typed={"description": "x"}),
    *_both(f"{SPARE}/rename",                  "login 404 403 403 200 200", "login 404 403 403 303 303",
           typed={"modelName": "other"}, events=2),
    *_both(f"{SPARE}/delete",                  "login 404 403 403 200 200", "login 404 403 403 303 303"),
    *_both("/web/models/payments.gone/restore", "login 404 403 403 200 200", "login 404 403 403 303 303"),
    *_both(f"{FRAUD}/alias",                   "login 404 403 200 200 200", "login 404 403 303 303 303",
           typed={"alias": "green", "version": "1.0.0"}),
    Row(Face.FORM, "POST", f"{FRAUD}/alias",                                "login 404 403 403 303 303",
        {"alias": "champion", "version": "1.0.0"}, events=1),
    *_both(f"{FRAUD}/aliases/blue/remove",     "login 404 403 200 200 200", "login 404 403 303 303 303"),
    *_both(f"{FRAUD}/rollback?environment=prod&deploymentTarget=EKS",
                                               "login 404 403 403 200 200", "login 404 403 403 303 303",
           typed={"environment": "prod", "deploymentTarget": "EKS"}),
    *_both(f"{FRAUD}/versions/5.0.0/edit",     "login 404 403 200 200 200", "login 404 403 303 303 303",
           typed={"description": "x"}),
    *_both(f"{FRAUD}/versions/5.0.0/deploy?environment=lab", "login 404 403 403 200 200", "login 404 403 403 303 303",
           typed={"step": "deploy"}),
    *_both(f"{FRAUD}/versions/5.0.0/deregister", "login 404 403 403 200 200", "login 404 403 403 303 303"),
    *_both(f"{FRAUD}/versions/4.0.0/restore",  "login 404 403 403 200 200", "login 404 403 403 303 303"),
    *_both(f"{DEPLOYMENT}/cancel",             "login 404 403 403 200 200", "login 404 403 403 303 303",
           typed={"detail": "x"}),
    *_both(f"{DEPLOYMENT}/report",             "login 404 403 403 200 200", "login 404 403 403 303 303",
           typed={"status": "IN_PROGRESS"}),
    *_both("/web/teams/new",                   "login 403 403 403 403 200", "login 403 403 403 403 303",
           typed={"teamId": "risk"}),
    *_both(f"{TEAM}/settings",                 "login 404 403 403 200 200", "login 404 403 403 303 303",
           typed={"displayName": "x"}),
    *_both(f"{TEAM}/members/new",              "login 404 403 403 200 200", "login 404 403 403 303 303",
           typed={"username": "newcomer", "role": "viewer"}),
    *_both(f"{TEAM}/members/evelyn/role",         "login 404 403 403 200 200", "login 404 403 403 303 303",
           typed={"role": "contributor"}),
    *_both(f"{TEAM}/members/evelyn/remove",       "login 404 403 403 200 200", "login 404 403 403 303 303"),
    # The token is shown at once, once: there is no page to be sent on to.
    *_both(f"{TEAM}/tokens/new",               "login 404 403 403 200 200", "login 404 403 403 201 201",
           typed={"name": "ci", "role": "viewer"}),
    *_both(f"{TEAM}/tokens/{{token}}/revoke",  "login 404 403 403 200 200", "login 404 403 403 303 303"),
    *_both("/web/account/password",            "login 200 200 200 200 200", "login 303 303 303 303 303",
           typed=PASSWORDS),
    Row(Face.FORM, "GET", "/web/account",      "login 200 200 200 200 200"),
    Row(Face.FORM, "GET", f"{FRAUD}/compare?version=1.0.0&version=2.0.0", "login 404 200 200 200 200"),
]

OPEN = [
    # They only lead on, and say nothing.
    *[Row(Face.OPEN, method, address, "302 302 302 302 302 302")
      for address in ("/", "/admin") for method in ("GET", "POST", "PUT", "PATCH", "DELETE")],
    Row(Face.OPEN, "GET", "/web/models?framework=pytorch", "302 302 302 302 302 302"),
    Row(Face.OPEN, "GET", "/web/deployments?status=FAILED", "302 302 302 302 302 302"),
    Row(Face.OPEN, "GET", "/api/schema",               "200 200 200 200 200 200"),
    Row(Face.OPEN, "GET", "/api/docs",                 "200 200 200 200 200 200"),
    Row(Face.OPEN, "GET", "/problems/team-taken",      "200 200 200 200 200 200"),
    Row(Face.OPEN, "GET", "/static/models_app/registry.css", "200 200 200 200 200 200"),
    # Who is signed in is sent on; so is who signs in, and who signs out (which ends all sessions of the person).
    Row(Face.FORM, "GET", "/login",                    "200 302 302 302 302 302"),
    Row(Face.FORM, "POST", "/login",                   "302 302 302 302 302 302",
        {"username": "evelyn", "password": "{password}"}),
    Row(Face.FORM, "PUT", "/login",                    "200 302 302 302 302 302", {"username": "evelyn"}),
    Row(Face.FORM, "POST", "/logout",                  "302 302 302 302 302 302", events=1),
]
# fmt: on
