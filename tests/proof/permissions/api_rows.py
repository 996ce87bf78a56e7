"""The matrix of the API, and of its answers as pages."""

from __future__ import annotations

from tests.builders import a_registration
from tests.proof.permissions.rows import Face, Row

V1 = "/api/v1"
FRAUD = f"{V1}/models/payments.fraud"
TEAM = f"{V1}/teams/payments"
DEPLOYMENT = f"{V1}/deployments/{{deployment}}"

# A ticket speaks for its deployment alone: it reads it and reports on it.
WITH_ITS_TICKET = {"ticket": "200"}
ELSEWHERE = a_registration(teamId="payments", modelName="newest")

# fmt: off
#                                                  nobody stranger viewer contributor maintainer administrator
API = [
    Row(Face.API, "GET", f"{V1}/health",                 "200 200 200 200 200 200"),
    Row(Face.API, "GET", f"{V1}/me",                     "401 200 200 200 200 200"),
    Row(Face.API, "GET", f"{V1}/models?teamId=payments", "401 404 200 200 200 200"),
    Row(Face.API, "POST", f"{V1}/models",                "401 404 403 201 201 201", ELSEWHERE, events=1),
    Row(Face.API, "GET", FRAUD,                          "401 404 200 200 200 200"),
    Row(Face.API, "PATCH", FRAUD,                        "401 404 403 200 200 200", {"description": "x"}, events=1),
    Row(Face.API, "DELETE", f"{V1}/models/payments.spare", "401 404 403 403 204 204", events=1),
    Row(Face.API, "GET", f"{FRAUD}/versions",            "401 404 200 200 200 200"),
    Row(Face.API, "GET", f"{FRAUD}/events",              "401 404 200 200 200 200"),
    Row(Face.API, "POST", f"{V1}/models/payments.spare/rename",
                                                         "401 404 403 403 200 200", {"modelName": "other"}, events=2),
    Row(Face.API, "POST", f"{V1}/models/payments.gone/restore", "401 404 403 403 200 200", events=1),
    Row(Face.API, "POST", f"{FRAUD}/rollback",           "401 404 403 403 202 202",
        {"environment": "prod", "deploymentTarget": "EKS"}, events=1),
    Row(Face.API, "GET", f"{FRAUD}/resolve?alias=champion", "401 404 200 200 200 200"),
    Row(Face.API, "GET", f"{FRAUD}/deployments",         "401 404 200 200 200 200"),
    Row(Face.API, "GET", f"{FRAUD}/aliases/champion",    "401 404 200 200 200 200"),
    Row(Face.API, "PUT", f"{FRAUD}/aliases/champion",    "401 404 403 403 200 200", {"version": "1.0.0"}, events=1),
    Row(Face.API, "PUT", f"{FRAUD}/aliases/blue",        "401 404 403 200 200 200", {"version": "2.0.0"}, events=1),
    Row(Face.API, "DELETE", f"{FRAUD}/aliases/champion", "401 404 403 403 204 204", events=1),
    Row(Face.API, "DELETE", f"{FRAUD}/aliases/blue",     "401 404 403 204 204 204", events=1),
    Row(Face.API, "GET", f"{FRAUD}/1.0.0",               "401 404 200 200 200 200"),
    Row(Face.API, "GET", f"{FRAUD}/@champion",           "401 404 200 200 200 200"),
    Row(Face.API, "PUT", f"{FRAUD}/5.0.0",               "401 404 403 200 200 200", {"deploymentTarget": "Lambda"},
        events=1),
    Row(Face.API, "PATCH", f"{FRAUD}/5.0.0",             "401 404 403 200 200 200", {"description": "x"}, events=1),
    Row(Face.API, "DELETE", f"{FRAUD}/5.0.0",            "401 404 403 403 204 204", events=1),
    Row(Face.API, "POST", f"{FRAUD}/4.0.0/restore",      "401 404 403 403 200 200", events=1),
    Row(Face.API, "POST", f"{FRAUD}/5.0.0/deploy",       "401 404 403 403 202 202", {"environment": "lab"}, events=1),
    Row(Face.API, "POST", f"{FRAUD}/5.0.0/deploy?dryRun=true",
                                                         "401 404 403 403 200 200", {"environment": "lab"}),
    Row(Face.API, "GET", f"{FRAUD}/1.0.0/deployments",   "401 404 200 200 200 200"),
    Row(Face.API, "GET", f"{V1}/deployments?teamId=payments", "401 404 200 200 200 200"),
    Row(Face.API, "GET", DEPLOYMENT,                     "401 404 200 200 200 200", unlike=WITH_ITS_TICKET),
    Row(Face.API, "POST", f"{DEPLOYMENT}/status",        "401 404 403 403 200 200", {"status": "IN_PROGRESS"},
        events=1, unlike=WITH_ITS_TICKET),
    Row(Face.API, "POST", f"{DEPLOYMENT}/cancel",        "401 404 403 403 200 200", {"detail": "x"}, events=1),
    Row(Face.API, "GET", f"{V1}/events?teamId=payments", "401 404 200 200 200 200"),
    Row(Face.API, "GET", f"{V1}/teams",                  "401 200 200 200 200 200"),
    Row(Face.API, "POST", f"{V1}/teams",                 "401 403 403 403 403 201", {"teamId": "risk"}, events=1),
    Row(Face.API, "GET", TEAM,                           "401 404 200 200 200 200"),
    Row(Face.API, "PATCH", TEAM,                         "401 404 403 403 200 200", {"displayName": "x"}, events=1),
    Row(Face.API, "DELETE", TEAM,                        "401 404 403 403 403 409"),  # it is not empty
    Row(Face.API, "GET", f"{TEAM}/members",              "401 404 200 200 200 200"),
    Row(Face.API, "POST", f"{TEAM}/members",             "401 404 403 403 201 201",
        {"username": "newcomer", "role": "viewer"}, events=1),
    Row(Face.API, "GET", f"{TEAM}/members/evelyn",       "401 404 200 200 200 200"),
    Row(Face.API, "PATCH", f"{TEAM}/members/evelyn",     "401 404 403 403 200 200",
        {"role": "contributor"}, events=1),
    Row(Face.API, "DELETE", f"{TEAM}/members/evelyn",    "401 404 403 403 204 204", events=1),
    Row(Face.API, "GET", f"{TEAM}/tokens",               "401 404 403 403 200 200"),
    Row(Face.API, "POST", f"{TEAM}/tokens",              "401 404 403 403 201 201", {"name": "ci", "role": "viewer"},
        events=1),
    Row(Face.API, "GET", f"{TEAM}/tokens/{{token}}",     "401 404 403 403 200 200"),
    Row(Face.API, "DELETE", f"{TEAM}/tokens/{{token}}",  "401 404 403 403 204 204", events=1),
]
# fmt: on

# The same for somebody who reads it in a browser: whoever has to sign in is sent there.
PAGES = [
    Row(Face.PAGE, row.method, row.address, row.gets.replace("401", "login"), unlike=row.unlike)
    for row in API
    if row.method == "GET"
]
