"""Somebody outside who is told by webhooks: a real server on loopback that answers what a test chooses."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.outbox.listeners import Arrival, Listener

SECRET = "shared-with-the-receiver"


class Told(Arrival):
    """One telling that arrived."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        super().__init__(handler)
        self.path = handler.path
        self.headers = dict(handler.headers)

    @property
    def id(self) -> str:
        """Under which it is known."""
        return self.headers["X-MLflow-Delivery-Id"]

    @property
    def says(self) -> dict[str, Any]:
        """The document."""
        return json.loads(self.body)

    @property
    def about(self) -> str:
        """The event: ``model_version.created``."""
        return f"{self.says['entity']}.{self.says['action']}"

    @property
    def data(self) -> dict[str, Any]:
        """MLflow's fields."""
        return self.says["data"]

    def is_signed(self, secret: str = SECRET) -> bool:
        """The check that docs/mlflow.md gives to receivers."""
        signed = b".".join([self.id.encode(), self.headers["X-MLflow-Timestamp"].encode(), self.body])
        wanted = base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
        return hmac.compare_digest(self.headers["X-MLflow-Signature"], f"v1,{wanted}")


Manner = Callable[[Told], None]


def thank(told: Told) -> None:
    """Take it."""
    told.say(200, b"thanks")


def say(status: int, **headers: str) -> Manner:
    """Answer with a status."""
    return lambda told: told.say(status, b"no", **headers)


class Receiver(Listener):
    """A receiver on loopback. ``manner`` says how it answers; ``told`` is what it heard, in order."""

    def __init__(self) -> None:
        self.manner: Manner = thank
        self.told: list[Told] = []
        super().__init__()
        self.url += "/hooks/path-key?query-key=1"

    @property
    def heard(self) -> list[str]:
        """What it was told of."""
        return [each.about for each in self.told]

    def hear(self, handler: BaseHTTPRequestHandler) -> None:
        """Note a telling, and answer as it is this receiver's manner."""
        told = Told(handler)
        self.told.append(told)
        self.manner(told)


@contextlib.contextmanager
def listening() -> Iterator[Receiver]:
    """A receiver for as long as somebody needs it, and leave to reach it on loopback."""
    from models_app.outbox import posting

    receiver = Receiver()
    posting.configure(insecure=True)
    try:
        yield receiver
    finally:
        posting.configure(insecure=False)
        receiver.close()
