"""What a caller may be told while storage fails, in the words of each face. Everything else is a finding."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from django.http import HttpResponse

from tests.faults import INTERNAL
from tests.proof.faults.asked import ADMIN, API, MLFLOW, Asked

BUSY = 503
# Nothing of what the registry is made of. Pages name their style sheets, and the admin its addresses, after models_app.
SECRETS = re.compile(
    rb"Traceback|File \"|models_app\.|pynamodb|botocore|urllib3|DynamoDB|dynamodb|127\.0\.0\.1:|"
    rb"Exception|TEAM#|MODEL#|TOKEN#|USER#|" + re.escape(INTERNAL.encode())
)


def findings(asked: Asked, answer: HttpResponse, *, usual: HttpResponse) -> Iterator[str]:
    """What is wrong with an answer; ``usual`` is the one that storage lets the registry give."""
    status, kind = answer.status_code, answer.headers.get("Content-Type", "")
    if status not in {BUSY, usual.status_code} and not _is_told_in_the_form(asked, answer):
        yield f"{status} instead of {usual.status_code}"
    told = answer.content if not answer.streaming else b""
    headers = " ".join(f"{name}: {value}" for name, value in answer.headers.items()).encode()
    usually = SECRETS.findall(usual.content) if not usual.streaming else []
    for secret in SECRETS.findall(told + headers):
        if secret not in usually:
            yield f"it tells {secret.decode()}"
    if status == BUSY:
        if not re.fullmatch("[1-9][0-9]*", answer.headers.get("Retry-After", "")):
            yield "503 without Retry-After"
        yield from _form(asked, kind, told)


def _form(asked: Asked, kind: str, told: bytes) -> Iterator[str]:
    """A refusal in the form of the face."""
    if asked.path.endswith("/health") and kind.startswith("application/json"):
        if json.loads(told)["status"] != "unavailable":
            yield "health does not tell"
    elif asked.path.endswith("/health"):
        if b"unavailable" not in told:
            yield "health's page does not tell"
    elif asked.face == API:
        said = json.loads(told) if kind.startswith("application/problem+json") else {}
        if not {"type", "title", "status", "detail", "requestId"} <= said.keys():
            yield f"a refusal as {kind}"
    elif asked.face == MLFLOW:
        said = json.loads(told) if kind.startswith("application/json") else {}
        if said.get("error_code") != "TEMPORARILY_UNAVAILABLE" or not said.get("message"):
            yield f"no refusal of MLflow's: {kind}"
    elif not kind.startswith("text/html") or (b"epeat" not in told and b"again" not in told):
        yield f"a page that does not say what to do: {kind}"


def _is_told_in_the_form(asked: Asked, answer: HttpResponse) -> bool:
    """The admin shows a form that was refused once more, as Django does, with what is wrong."""
    shows = b"errornote" in answer.content or b"errorlist" in answer.content
    return asked.face == ADMIN and asked.method == "POST" and answer.status_code == 200 and shows
