"""One POST to somebody outside: where it goes, and that it ends."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from models_app.domain import clock
from models_app.domain.deliveries import Outcome
from models_app.domain.receivers import Receiver as Place
from models_app.outbox import posting
from tests.outbox.receivers import Receiver, Told, listening, say

HEADERS = {"Content-Type": "application/json"}
PUBLIC = "93.184.215.14"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Decides what the machine's resolver says, and tells which names it was asked for."""
    asked: list[str] = []

    def decide(*answers: list[str]) -> list[str]:
        left = list(answers)

        def resolve(host: str, port: int) -> list[str]:
            asked.append(host)
            return left.pop(0) if len(left) > 1 else left[0]

        monkeypatch.setattr(posting, "resolve", resolve)
        return asked

    return decide


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were connected to; each refuses."""
    found: list[str] = []

    def refuse(address: tuple[str, int], timeout: float) -> socket.socket:
        found.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(posting.socket, "create_connection", refuse)
    return found


def posts(url: str) -> Outcome:
    return posting.post(Place.parse(url, insecure=posting.is_insecure()), b"{}", HEADERS)


class TestWhereItGoes:
    @pytest.mark.parametrize(
        "answers",
        [
            ["127.0.0.1"],
            ["169.254.169.254"],
            ["::1"],
            ["fe80::1%eth0"],
            ["::ffff:10.0.0.1"],
            [PUBLIC, "10.0.0.1"],
            ["10.0.0.1", PUBLIC],
        ],
    )
    def test_a_name_with_an_address_inside_is_not_called(
        self, answers: list[str], names: Callable[..., list[str]], dialled: list[str]
    ) -> None:
        names(answers)

        outcome = posts("https://example.org/")

        assert (outcome.error, outcome.is_final, dialled) == (posting.NOT_PUBLIC, True, [])

    def test_a_name_is_looked_up_once_and_what_was_looked_at_is_called(
        self, names: Callable[..., list[str]], dialled: list[str]
    ) -> None:
        """A name that rebinds: public when it is looked at, the metadata service a moment later."""
        asked = names([PUBLIC], ["169.254.169.254"])

        first, second = posts("https://example.org/"), posts("https://example.org/")

        assert (asked, dialled) == (["example.org", "example.org"], [PUBLIC])
        assert first.is_final is False
        assert second.error == posting.NOT_PUBLIC

    def test_every_address_is_tried_in_turn(self, names: Callable[..., list[str]], dialled: list[str]) -> None:
        names([PUBLIC, PUBLIC, "2606:4700::1"])

        assert posts("https://example.org/").error == "no connection came about, or it broke off"
        assert dialled == [PUBLIC, "2606:4700::1"]

    def test_a_name_that_is_unknown_may_be_known_later(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(host: str, port: int) -> list[str]:
            raise socket.gaierror(-2, "Name or service not known")

        monkeypatch.setattr(posting, "resolve", unknown)

        outcome = posts("https://example.org/")
        assert (outcome.error, outcome.is_final) == (posting.UNRESOLVED, False)

    def test_a_resolver_that_says_nothing_is_not_waited_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        said = threading.Event()
        monkeypatch.setattr(posting, "resolve", lambda *_: [PUBLIC] * said.wait(10))
        monkeypatch.setattr(posting, "RESOLVE_SECONDS", 0.05)

        assert posts("https://example.org/").error == posting.UNRESOLVED
        said.set()

    def test_no_proxy_of_the_environment_is_used(self, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")

        assert posts(receiver.url).status == 200

    def test_a_redirection_is_not_followed(self, receiver: Receiver) -> None:
        receiver.manner = say(302, Location=f"http://127.0.0.1:{receiver.port}/elsewhere")

        outcome = posts(receiver.url)

        assert (outcome.error, outcome.is_final, len(receiver.told)) == ("HTTP 302", True, 1)

    def test_the_host_is_the_name_that_was_written(self, receiver: Receiver, names: Callable[..., list[str]]) -> None:
        names(["127.0.0.1"])

        assert posts(f"http://hooks.example.org:{receiver.port}/x?y=1").status == 200
        [told] = receiver.told
        assert (told.headers["Host"], told.path) == (f"hooks.example.org:{receiver.port}", "/x?y=1")


class TestThatItEnds:
    @pytest.fixture(autouse=True)
    def short(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(posting, "TOTAL_SECONDS", 0.4)

    def test_who_never_answers_is_not_waited_for(self, receiver: Receiver) -> None:
        receiver.manner = lambda told: told.hang_up() if receiver.closing.wait(5) else None

        started = time.monotonic()
        assert posts(receiver.url).error == posting.NOT_IN_TIME
        assert time.monotonic() - started < 3

    @pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 "])
    def test_who_says_a_byte_now_and_then_is_cut_off(self, receiver: Receiver, beginning: bytes) -> None:
        def drip(told: object) -> None:
            receiver.told[-1].handler.close_connection = True
            wire = receiver.told[-1].handler.connection
            wire.sendall(beginning)
            while not receiver.closing.wait(0.02):
                wire.sendall(beginning or b"x")

        receiver.manner = drip

        started = time.monotonic()
        outcome = posts(receiver.url)
        assert outcome.error in {posting.NOT_IN_TIME, "what it answered is not HTTP"}
        assert time.monotonic() - started < 3

    def test_little_of_a_long_answer_is_read(self, receiver: Receiver) -> None:
        receiver.manner = lambda told: told.say(200, b"x" * 10_000_000)

        outcome = posts(receiver.url)

        assert (outcome.status, len(outcome.body)) == (200, posting.MOST_READ)

    @pytest.mark.parametrize(
        "answer",
        [
            b"\x00" * 5000,
            b"HTTP/1.1 999999999999 No\r\n\r\n",
            b"HTTP/1.1 -1 No\r\n\r\n",
            b"HTTP/1.1 5\xc3\xa90 No\r\n\r\n",
            b"HTTP/1.1 503 No\r\n" + b"X: y\r\n" * 200 + b"\r\n",
            b"HTTP/1.1 503 No\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
            b"HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx",
            b"HTTP/1.1 503 No\r\nContent-Length: -7\r\n\r\nx",
            b"HTTP/1.1 503 No\r\nContent-Length: 1000\r\n\r\nx",
            b"HTTP/1.1 503 No\r\nRetry-After: Mon, 01 Jan 99999999999999 00:00:00 GMT\r\nContent-Length: 0\r\n\r\n",
            b"HTTP/1.1 503 No\r\nRetry-After: Mon, 01 Jan 2026 00:00:00 +99999999\r\nContent-Length: 0\r\n\r\n",
            b"HTTP/1.1 503 \xff\xfe\r\nRetry-After: \xff\r\nContent-Length: 2\r\n\r\n\xff\xfe",
        ],
        ids=lambda answer: repr(answer[:60]),
    )
    def test_what_makes_no_sense_is_a_failure_like_others(self, receiver: Receiver, answer: bytes) -> None:
        def babble(told: Told) -> None:
            told.handler.connection.sendall(answer)
            told.hang_up()

        receiver.manner = babble

        outcome = posts(receiver.url)
        assert outcome.error is not None
        assert not outcome.is_final

    def test_what_hangs_up_is_told_as_that(self, receiver: Receiver) -> None:
        receiver.manner = lambda told: told.hang_up()

        outcome = posts(receiver.url)
        assert (outcome.error is not None, outcome.is_final) == (True, False)


class TestTheWishToWait:
    @pytest.mark.parametrize(
        ("text", "seconds"),
        [("120", 120), ("0", 0), ("-1", None), ("soon", None), ("", None), ("9" * 400, 999_999_999), ("1.5", None)],
    )
    def test_is_read_from_seconds(self, receiver: Receiver, text: str, seconds: int | None) -> None:
        receiver.manner = say(503, Retry_After=text)

        wished = posts(receiver.url).retry_after
        assert wished == (None if seconds is None else timedelta(seconds=seconds))

    def test_is_read_from_a_date(self, receiver: Receiver) -> None:
        receiver.manner = say(429, Retry_After=format_datetime(clock.now() + timedelta(minutes=5), usegmt=True))

        wished = posts(receiver.url).retry_after
        assert wished is not None
        assert timedelta(minutes=4) < wished <= timedelta(minutes=5)


class TestOverTLS:
    @pytest.fixture
    def secured(self, receiver: Receiver, tmp_path: Path) -> Path:
        """The receiver with a certificate for hooks.example.org that nobody vouches for but itself."""
        key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
        made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=hooks"]
        made += ["-addext", "subjectAltName=DNS:hooks.example.org", "-keyout", str(key), "-out", str(certificate)]
        subprocess.run(made, check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        receiver.server.socket = context.wrap_socket(receiver.server.socket, server_side=True)
        return certificate

    def test_a_certificate_that_nobody_vouches_for_is_refused(
        self, receiver: Receiver, secured: Path, names: Callable[..., list[str]]
    ) -> None:
        names(["127.0.0.1"])

        outcome = posts(f"https://hooks.example.org:{receiver.port}/")

        assert (outcome.error, receiver.told) == ("its certificate cannot be trusted", [])

    @pytest.mark.parametrize(("host", "arrived"), [("hooks.example.org", 1), ("other.example.org", 0)])
    def test_the_certificate_must_be_the_name_s(
        self,
        receiver: Receiver,
        secured: Path,
        names: Callable[..., list[str]],
        monkeypatch: pytest.MonkeyPatch,
        host: str,
        arrived: int,
    ) -> None:
        names(["127.0.0.1"])
        monkeypatch.setattr(posting, "_tls", lambda: ssl.create_default_context(cafile=str(secured)))

        outcome = posts(f"https://{host}:{receiver.port}/x")

        assert len(receiver.told) == arrived
        assert outcome.error == (None if arrived else "its certificate cannot be trusted")


@pytest.mark.parametrize(("stage", "starts"), [("local", True), ("prod", False)])
def test_only_a_local_registry_may_send_anywhere(stage: str, starts: bool) -> None:  # noqa: FBT001 - the case's answer
    environment = os.environ | {
        "ENVIRONMENT": stage,
        "REGISTRY_WEBHOOKS_INSECURE": "1",
        "REGISTRY_SECRET_KEY": "k" * 60,
    }
    command = [sys.executable, "-c", "import registry_project.settings"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert (done.returncode == 0) == starts
    assert ("REGISTRY_WEBHOOKS_INSECURE is for a local registry" in done.stderr) != starts
