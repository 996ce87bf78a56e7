"""One POST to a receiver outside, to the very address that was looked at.

Names are resolved anew for each POST and never twice: what was found public is what is connected to, so a name that
changes its mind in between (DNS rebinding) leads nowhere. No redirection is followed, no proxy of the environment is
used, little of the answer is read, and all of it has an end.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from contextlib import suppress
from datetime import timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from ipaddress import ip_address

from models_app.domain import clock
from models_app.domain.deliveries import Outcome
from models_app.domain.receivers import HTTPS_PORT, Receiver, is_public

RESOLVE_SECONDS = 2.0
CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 5.0
# Of the whole exchange, from the first connection on: a receiver that sends a byte now and then ends here.
TOTAL_SECONDS = 6.0
MOST_READ = 4096
MOST_ADDRESSES = 4

NOT_PUBLIC = "the name leads to an address that is not public"
UNRESOLVED = "the name cannot be resolved"
NOT_IN_TIME = "no answer came in time"

_insecure = False
_resolvers = ThreadPoolExecutor(max_workers=8, thread_name_prefix="resolver")


class Unreachable(Exception):
    """Nothing may or can be sent there; the text is for the webhook's owner."""


def configure(*, insecure: bool) -> None:
    """Say once, at the start of the process, whether http and addresses that are not public are allowed."""
    global _insecure  # noqa: PLW0603 - made in one named place, like the bus
    _insecure = insecure


def is_insecure() -> bool:
    """Whether http and addresses that are not public are allowed: in development."""
    return _insecure


def find_addresses(receiver: Receiver) -> list[str]:
    """The addresses of a receiver, all of them public. One question to the resolver, of at most two seconds.

    Raises:
        Unreachable: there is none, or one of them is not public.
    """
    asked = _resolvers.submit(resolve, receiver.host, receiver.port)
    try:
        found = asked.result(timeout=RESOLVE_SECONDS)
    except (OSError, UnicodeError, TooSlow):
        asked.cancel()  # it may still wait behind others
        raise Unreachable(UNRESOLVED) from None
    addresses = list(dict.fromkeys(found))
    if not addresses:
        raise Unreachable(UNRESOLVED)
    # One that is not public among them is enough: which one a connection takes is chance.
    if not _insecure and not all(is_public(ip_address(each.partition("%")[0])) for each in addresses):
        raise Unreachable(NOT_PUBLIC)
    return addresses[:MOST_ADDRESSES]


def resolve(host: str, port: int) -> list[str]:
    """What the machine's resolver says of a host."""
    return [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def post(receiver: Receiver, body: bytes, headers: Mapping[str, str]) -> Outcome:
    """Send, and say what came of it; what goes wrong out there is never raised. At most eight seconds."""
    try:
        return _exchange(receiver, find_addresses(receiver), body, headers)
    except Unreachable as refusal:
        return Outcome(error=str(refusal), is_final=str(refusal) == NOT_PUBLIC)
    except ssl.SSLCertVerificationError:
        return Outcome(error="its certificate cannot be trusted")
    except ssl.SSLError:
        return Outcome(error="no TLS connection came about")
    except TimeoutError:
        return Outcome(error=NOT_IN_TIME)
    except OSError:
        return Outcome(error="no connection came about, or it broke off")
    except http.client.HTTPException:
        return Outcome(error="what it answered is not HTTP")


class _Exchange:
    """One exchange with an end: when its time is up, whatever is connected is cut off."""

    def __init__(self) -> None:
        self.is_over = False
        self._ends_at = time.monotonic() + TOTAL_SECONDS
        self._watched: socket.socket | None = None

    @property
    def seconds_left(self) -> float:
        return self._ends_at - time.monotonic()

    def watch(self, connected: socket.socket) -> None:
        self._watched = connected
        if self.is_over:  # the time was up just before
            self.end()

    def end(self) -> None:
        self.is_over = True
        if self._watched is not None:
            with suppress(OSError):  # it is closed already
                # Not a TLS socket's own way, which takes things from under the thread that reads.
                socket.socket.shutdown(self._watched, socket.SHUT_RDWR)


def _exchange(receiver: Receiver, addresses: list[str], body: bytes, headers: Mapping[str, str]) -> Outcome:
    exchange = _Exchange()
    timer = threading.Timer(TOTAL_SECONDS, exchange.end)
    timer.daemon = True
    timer.start()
    connection = http.client.HTTPConnection(receiver.host, receiver.port)
    connection.auto_open = 0  # it would look the name up again
    try:
        _connect(connection, receiver, addresses, exchange)
        connection.request("POST", receiver.target, body, {**headers, "Connection": "close"})
        answer = connection.getresponse()
        said = answer.read(MOST_READ).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        if exchange.is_over:
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
        connection.close()
    return Outcome.answered(answer.status, said, _retry_after(answer.headers.get("Retry-After")))


def _connect(
    connection: http.client.HTTPConnection, receiver: Receiver, addresses: list[str], exchange: _Exchange
) -> None:
    """Connect to the first address that takes it; ``Host`` and certificate are the name's."""
    connection.sock = _dial(receiver.port, addresses, exchange)
    exchange.watch(connection.sock)
    connection.sock.settimeout(ANSWER_SECONDS)
    if receiver.is_tls:
        connection.default_port = HTTPS_PORT  # which ``Host`` leaves out
        secured = _tls().wrap_socket(connection.sock, server_hostname=receiver.host, do_handshake_on_connect=False)
        connection.sock = secured
        exchange.watch(secured)
        secured.do_handshake()


def _dial(port: int, addresses: list[str], exchange: _Exchange) -> socket.socket:
    failure: OSError = TimeoutError()
    for address in addresses:
        seconds = min(CONNECT_SECONDS, exchange.seconds_left)
        if seconds <= 0:
            break
        try:
            return socket.create_connection((address, port), timeout=seconds)
        except OSError as refused:
            failure = refused
    raise failure


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _retry_after(text: str | None) -> timedelta | None:
    """How long to wait, from either of the two forms that HTTP has; what is none of them is no wish."""
    if text is None:
        return None
    try:
        if text.isascii() and text.isdecimal():
            return timedelta(seconds=int(text[:9]))
        return max(parsedate_to_datetime(text) - clock.now(), timedelta())
    except (ValueError, TypeError, OverflowError):  # no date, one without a zone, or one beyond all calendars
        return None
