"""The matrix of the admin: administrators are let in, all others are sent to sign in."""

from __future__ import annotations

from typing import Any

from tests.proof.permissions.rows import Face, Row

AT = "/admin/models_app"
KEYS = {
    "team": "payments",
    "member": "payments_2Fevelyn",
    "user": "evelyn",
    "token": "payments_2F{token}",
    "registeredmodel": "payments.fraud",
    "modelversion": "payments.fraud_2F5.0.0",
    "deployment": "{deployment}",
    "event": "payments_2F{event}",
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SECRET = {"new_password": "{new password}", "repeated_password": "{new password}"}
SIGNS_IN = {"username": "evelyn", "password": "{password}"}
VERSION = {
    "team": "payments",
    "model_name": "newest",
    "version": "1.0.0",
    "framework": "pytorch",
    "s3_uri": "s3://models/newest/model.pt",
    "deployment_target": "Lambda",
}

# What is typed into the forms that an administrator may fill in: of a new row, and of one that stands.
NEW: dict[str, dict[str, Any]] = {
    "team": {"slug": "risk", "display_name": "Risk"},
    "member": {"team": "payments", "username": "newcomer", "role": "viewer"},
    "user": {"username": "someone", **SECRET},
    "token": {"team": "payments", "name": "nightly", "role": "viewer", "days": "7"},
    "modelversion": VERSION,
}
CHANGED: dict[str, dict[str, Any]] = {
    "team": {"display_name": "x"},
    "member": {"role": "contributor"},
    "user": {"email": "evelyn@example.org"},
    "registeredmodel": {"description": "x"},
    "modelversion": {"description": "x"},
}
# Rows that can be deleted one by one, with the key of one that nothing stands in the way of.
DELETED = {"member": KEYS["member"], "modelversion": KEYS["modelversion"]}
# Rows that are made outside of the admin or never change: their forms are refused to everybody.
ACTIONS = {
    "team": ("delete_teams", "payments", 0),  # it is not empty, and stays
    "member": ("remove_members", "payments/evelyn", 1),
    "user": ("sign_out", "evelyn", 1),
    "token": ("revoke", "payments/{token}", 1),
    "modelversion": ("deprecate", "payments.fraud/5.0.0", 1),
    "deployment": ("cancel", "{deployment}", 1),
}


def _only(administrator: str) -> str:
    return f"login login login login login {administrator}"


def _of(noun: str, key: str) -> list[Row]:
    """The pages of a noun, looked at and sent."""
    at, one = f"{AT}/{noun}/", f"{AT}/{noun}/{key}"
    action, chosen, events = ACTIONS.get(noun, ("", "", 0))
    ticked = {"action": action, "_selected_action": [chosen], "confirmed": "yes"}
    new, changed = NEW.get(noun), CHANGED.get(noun)
    deletes = noun in DELETED
    shown = {"add": "200" if new else "403", "delete": "200" if deletes or noun == "team" else "403"}
    return [
        Row(Face.ADMIN, "GET", at, _only("200")),
        Row(Face.ADMIN, "POST", at, _only("302" if action else "200"), ticked if action else {}, events=events),
        Row(Face.ADMIN, "GET", f"{at}add/", _only(shown["add"])),
        # A new token is shown at once, once: there is no page to be sent on to.
        Row(Face.ADMIN, "POST", f"{at}add/", _only("200" if noun == "token" else "302" if new else "403"), new,
            events=int(bool(new))),
        *[Row(Face.ADMIN, method, f"{one}/", _only("302")) for method in METHODS],
        Row(Face.ADMIN, "GET", f"{one}/history/", _only("200")),
        Row(Face.ADMIN, "POST", f"{one}/history/", _only("200")),
        Row(Face.ADMIN, "GET", f"{one}/change/", _only("200")),
        Row(Face.ADMIN, "POST", f"{one}/change/", _only("302" if changed else "403"), changed,
            events=int(bool(changed))),
        Row(Face.ADMIN, "GET", f"{one}/delete/", _only(shown["delete"])),
        Row(Face.ADMIN, "POST", f"{one}/delete/", _only("302" if shown["delete"] == "200" else "403"), {"post": "yes"},
            events=int(deletes)),
    ]  # fmt: skip


ADMIN = [
    *[row for noun, key in KEYS.items() for row in _of(noun, key)],
    *[
        Row(Face.ADMIN, method, address, _only(gets))
        for method, address, gets in (
            *[(method, at, "200") for at in ("/admin/", "/admin/models_app/") for method in ("GET", "POST")],
            *(("GET", "/admin/jsi18n/", "200"), ("POST", "/admin/jsi18n/", "405")),
            *(("GET", "/admin/password_change/done/", "200"), ("POST", "/admin/password_change/done/", "405")),
            *(("GET", "/admin/nothing/here/", "404"), ("POST", "/admin/nothing/here/", "404")),
        )
    ],
    Row(Face.ADMIN, "GET", "/admin/password_change/", _only("200")),
    Row(
        *(Face.ADMIN, "POST", "/admin/password_change/", _only("302")),
        {"old_password": "{password}", "new_password1": "{new password}", "new_password2": "{new password}"},
        events=1,
    ),
    # The door itself: who may go in is sent on, others may sign in. It lets administrators in, and no others.
    Row(Face.ADMIN, "GET", "/admin/login/", "200 200 200 200 200 302"),
    Row(Face.ADMIN, "POST", "/admin/login/", "302 302 302 302 302 302", SIGNS_IN | {"username": "root"}),
    Row(
        Face.ADMIN, "POST", "/admin/login/", "200 200 200 200 200 200", {"username": "evelyn", "password": "{password}"}
    ),
    Row(Face.ADMIN, "GET", "/admin/logout/", "302 302 302 302 302 405"),
    Row(Face.ADMIN, "POST", "/admin/logout/", "302 302 302 302 302 302", events=1),
]
