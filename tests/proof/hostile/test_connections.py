"""The registry keeps references to artifacts, and never opens one: no address of an artifact is ever called."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from models_app.services import versions
from tests.api.hostile.test_registration_fields import TRICKS
from tests.builders import a_registration
from tests.callers import Cast
from tests.engine import Engine
from tests.mlflow.test_addresses import asks
from tests.proof.figures import controls, proves

NAME = "no connection is opened to where an artifact is said to be"

MORE = (
    *("http://169.254.169.254/x", "http://[::ffff:169.254.169.254]/x", "http://2852039166/", "http://0xa9fea9fe/"),
    *(
        "http://0251.0376.0251.0376/",
        "http://127.1/",
        "http://0/",
        "http://localhost:22/",
        "https://[::1]/",
        "oci://x/y",
    ),
    *("s3://169.254.169.254/key", "s3://127.0.0.1/key", "s3://localhost/key", "s3://bucket.s3.amazonaws.com/key"),
    *(
        "dict://x/",
        "ldap://x/",
        "jar:http://x!/",
        "unix:///run/x",
        "smb://x/y",
        "//169.254.169.254/",
        "\\\\host\\share",
    ),
    *(
        "s3://bucket/http://169.254.169.254/",
        "s3://bucket/%2e%2e/x",
        "s3://bucket/key?versionId=x",
        "s3://bucket/key#x",
    ),
    *(
        "runs:/x/model",
        "models:/fraud/1",
        "mlflow-artifacts:/x",
        "dbfs:/x",
        "file:/etc/passwd",
        "http://user:p@127.0.0.1/",
    ),
)


@contextmanager
def connections(engine: Engine) -> Iterator[list[Any]]:
    """The addresses that are connected to or looked up inside the block, but for the engine's."""
    opened: list[Any] = []
    ours = {("127.0.0.1", engine.port), ("localhost", engine.port)}
    with pytest.MonkeyPatch.context() as patch:
        for owner, name in ((socket.socket, "connect"), (socket.socket, "connect_ex"), (socket, "getaddrinfo")):
            real = getattr(owner, name)

            def noted(*given: Any, real: Any = real, name: str = name, **more: Any) -> Any:
                address = tuple(given[:2]) if name == "getaddrinfo" else given[1]
                if tuple(address)[:2] not in ours:
                    opened.append(address)
                return real(*given, **more)

            patch.setattr(owner, name, noted)
        yield opened


def referred_to(cast: Cast, uri: str, number: int) -> tuple[bool, bool]:
    """Refer to an artifact through both faces, and read it where it was let in: which of them let it in."""
    version = str(number + 1)
    given = cast.contributor.calls("POST", "models", a_registration(modelName="api", version=version, s3Uri=uri))
    if given.status == 201:
        cast.viewer.reads("payments.api", version)
        cast.maintainer.deploys("payments.api", version)
    source = asks(cast.contributor, "POST", "model-versions/create", {"name": "flow", "source": uri})
    if source.status == 200:
        asks(cast.viewer, "GET", "model-versions/get-download-uri", {"name": "flow", "version": version})
    return given.status == 201, source.status == 200


def opened_by(cast: Cast, engine: Engine) -> tuple[int, int, list[Any]]:
    """How many addresses were tried, how often one was let in, and what was connected to meanwhile."""
    uris, let_in = [*dict.fromkeys((*TRICKS, *MORE)), "s3://bucket/key"], 0
    asks(cast.contributor, "POST", "registered-models/create", {"name": "flow"})
    with connections(engine) as opened:
        for number, uri in enumerate(uris):
            let_in += sum(referred_to(cast, uri, number))
    return len(uris), let_in, opened


def test_none_is(payments: Cast, engine: Engine) -> None:
    tried, let_in, opened = opened_by(payments, engine)

    assert tried >= 60
    assert let_in >= 1
    figure = f"{tried} addresses through two faces, kept {let_in} times as texts: {len(opened)} connections"
    proves(NAME, figure, target="0", holds=opened == [])


def test_a_registry_that_looks_is_noticed(payments: Cast, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    register = versions.register

    def curious(**order: Any) -> Any:
        with socket.socket() as looking:
            looking.connect_ex(("127.0.0.1", 9))
        return register(**order)

    monkeypatch.setattr(versions, "register", curious)

    _, _, opened = opened_by(payments, engine)

    controls(NAME, f"a registry that looks: {len(opened)} connections", target="some", holds=bool(opened))
