"""A pytest plugin: the suite's own tests, run as the function runs - with its role, on the stack's table.

`pytest -p tests.aws.enforced tests/api` needs the environment that `AsTheFunction` of test_policy.py gives it. What
tests do beside the registry (making tables, reading all of one) an administrator does; the registry itself gets the
role's credentials and nothing else. At the end it writes what was refused, and which code of the services ran.
"""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session

import tests.engine
from models_app.storage.connections import Connections

URL = os.environ["AWS_ENDPOINT_URL"]
REGION = os.environ["AWS_REGION"]
TABLE = Path(os.environ["ENFORCED_TABLE"])
REPORT = Path(os.environ["ENFORCED_REPORT"])
SERVICES = str(Path(__file__).parents[2] / "models_app" / "services")
ADMINISTRATOR = Credentials("test", "test")
REFUSED = re.compile(r"not authorized to perform: ([\w:]+)")

refused: set[str] = set()
entered: set[tuple[str, str]] = set()


class Engine:
    """The emulated AWS in place of the tests' own engine; ``send`` is the administrator's."""

    def send(self, operation: str, document: bytes) -> bytes:
        """Ask DynamoDB for something, with all rights."""
        request = AWSRequest(
            "POST",
            URL + "/",
            data=document,
            headers={"X-Amz-Target": f"DynamoDB_20120810.{operation}", "Content-Type": "application/x-amz-json-1.0"},
        )
        SigV4Auth(ADMINISTRATOR, "dynamodb", REGION).add_auth(request)
        signed = urllib.request.Request(URL + "/", document, dict(request.headers.items()), method="POST")
        with urllib.request.urlopen(signed) as answer:
            content: bytes = answer.read()
        return content

    def stop(self) -> None:
        """It is not ours to stop."""


# The suite's own conftest takes these names before any hook of a plugin is called.
tests.engine.Engine = Engine
tests.engine.point_to = lambda _: None


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Before the first test, and before Django is loaded, which configures some services."""
    URLLib3Session.send = _noting_refusals(URLLib3Session.send)
    Connections.exchange = _noting_refusals(Connections.exchange)
    sys.settrace(_note_services)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Once Django is loaded: the table is made as the stack made it, and looked through by an administrator."""
    from models_app.storage import soundness
    from tests import event_contract, tables

    tables._making = lambda: [("CreateTable", TABLE.read_bytes())]
    soundness.find_faults = _as_administrator(soundness.find_faults)
    event_contract.check_committed = _as_administrator(event_contract.check_committed)


def pytest_sessionfinish() -> None:
    """Tell what was seen."""
    sys.settrace(None)
    REPORT.write_text(json.dumps({"refused": sorted(refused), "entered": sorted(entered)}))


def _noting_refusals(send: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(send)
    def noting(*words: Any, **named: Any) -> Any:
        answer = send(*words, **named)
        refused.update(REFUSED.findall(answer.content.decode()))
        return answer

    return noting


def _note_services(frame: FrameType, _event: str, _argument: object) -> None:
    """Python calls this for each function that is entered, and, as it returns nothing, for none of its lines."""
    code = frame.f_code
    if code.co_filename.startswith(SERVICES):
        entered.add((Path(code.co_filename).stem, code.co_qualname))


def _as_administrator(look: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(look)
    def looking(*words: Any, **named: Any) -> Any:
        with _administrators_credentials():
            return look(*words, **named)

    return looking


@contextmanager
def _administrators_credentials() -> Iterator[None]:
    from models_app.storage.table import connection

    signer = connection().connection.client._request_signer
    own, signer._credentials = signer._credentials, ADMINISTRATOR
    try:
        yield
    finally:
        signer._credentials = own
