"""A provider of single sign-on on loopback: it has a key, publishes it, and signs what a test says."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from tests.callers import Caller

ISSUER = "https://sso.example.org"
AUDIENCE = "model-registry"


@cache
def a_key(name: str) -> RSAPrivateKey:
    """A key, made once: it takes a while."""
    return generate_private_key(65537, 2048)


@dataclass
class Provider:
    """Where the registry fetches keys, and how often it did."""

    url: str = ""
    fetched: int = 0
    published: bytes = field(default=b"", repr=False)

    def publish(self, **keys: str) -> None:
        """Publish keys: ``publish(first="first")``."""
        entries = [
            {**json.loads(RSAAlgorithm.to_jwk(a_key(name).public_key())), "kid": kid, "use": "sig", "alg": "RS256"}
            for kid, name in keys.items()
        ]
        self.published = json.dumps({"keys": entries}).encode()


def a_token(*, key: Any = None, kid: str | None = "first", algorithm: str = "RS256", **claims: Any) -> str:
    """A token, good unless the test says otherwise. A claim of None is left out."""
    now = int(time.time())
    whole = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "248289761001",
        "iat": now - 5,
        "exp": now + 300,
        "preferred_username": "ada",
        "groups": ["ml-payments"],
    } | claims
    kept = {name: value for name, value in whole.items() if value is not None}
    headers = {"kid": kid} if kid is not None else {}
    return jwt.encode(kept, key if key is not None else a_key("first"), algorithm=algorithm, headers=headers)


def a_holder(text: str) -> Caller:
    """Whoever presents a token."""
    return Caller("holder", f"Bearer {text}")


@contextmanager
def a_provider() -> Iterator[Provider]:
    """A provider that answers while the block lasts."""
    provider = Provider()
    provider.publish(first="first")

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.fetched += 1
            self.send_response(200)
            self.end_headers()
            self.wfile.write(provider.published)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Keys)
    provider.url = f"http://127.0.0.1:{server.server_port}/keys"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
