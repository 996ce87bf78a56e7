"""A wire with faults between the registry and its engine: what gets lost, late or garbled on the way to DynamoDB.

The live client, with its own time-outs and retries, is sent to a proxy on loopback. The proxy hands every request to
the engine, unless a fault was planned for it. A fault is a function of an Exchange: a request and what becomes of it.

    wire.next("TransactWriteItems", lose_answer)         the next write is done, but nobody hears of it
    wire.always("GetItem", refuse("ThrottlingException"))
    wire.forgets_tokens = True                           as after AWS's ten minutes: repeated transactions look new
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import zlib
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from models_app.storage import calls
from models_app.storage.table import connection
from tests.engine import Engine

ERRORS = "com.amazonaws.dynamodb.v20120810#"
INTERNAL = "arn:aws:dynamodb:us-east-1:123456789012:table/model-registry"  # which no caller may be told
SERVER_ERRORS = {"InternalServerError": 500, "ServiceUnavailable": 503}
HOP = {"connection", "content-length", "transfer-encoding"}


class Exchange:
    """One request that arrived, and the ways in which it can end."""

    def __init__(
        self, handler: BaseHTTPRequestHandler, onward: http.client.HTTPConnection, closing: threading.Event
    ) -> None:
        self.handler = handler
        self.onward = onward
        self.closing = closing
        self.operation = handler.headers.get("X-Amz-Target", "").rpartition(".")[2]
        self.body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))

    def forward(self) -> tuple[int, dict[str, str], bytes]:
        """Have the engine do it: status, headers and body of its answer."""
        headers = {name: value for name, value in self.handler.headers.items() if name.lower() not in HOP}
        self.onward.request("POST", "/", self.body, headers)
        answer = self.onward.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()

    def answer(self, status: int, headers: dict[str, str], content: bytes, *, promised: int | None = None) -> None:
        """Send an answer; ``promised`` is a Content-Length that is not kept."""
        self.handler.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in HOP:
                self.handler.send_header(name, value)
        self.handler.send_header("Content-Length", str(len(content) if promised is None else promised))
        self.handler.end_headers()
        self.handler.wfile.write(content)

    def say(self, status: int, document: dict[str, Any]) -> None:
        """Answer as DynamoDB itself would, with its checksum."""
        content = json.dumps(document).encode()
        self.answer(status, {"x-amz-crc32": str(zlib.crc32(content))}, content)

    def hang_up(self) -> None:
        """End the connection without another byte."""
        self.handler.close_connection = True
        with contextlib.suppress(OSError):
            self.handler.wfile.flush()
            self.handler.connection.shutdown(socket.SHUT_RDWR)


Fault = Callable[[Exchange], None]


def pass_on(exchange: Exchange) -> None:
    """No fault."""
    exchange.answer(*exchange.forward())


def lose_answer(exchange: Exchange) -> None:
    """It is done, and the connection breaks before anybody hears of it."""
    exchange.forward()
    exchange.hang_up()


def lose_request(exchange: Exchange) -> None:
    """The connection breaks before anything is done."""
    exchange.hang_up()


def black_hole(exchange: Exchange) -> None:
    """Nothing is done, nothing is said, and the connection stays open."""
    exchange.closing.wait(30)
    exchange.hang_up()


def late(seconds: float) -> Fault:
    """It is done, and the answer comes when nobody waits for it any more."""

    def lagging(exchange: Exchange) -> None:
        answer = exchange.forward()
        exchange.closing.wait(seconds)
        exchange.answer(*answer)

    return lagging


def corrupt(exchange: Exchange) -> None:
    """It is done, and the answer arrives with its bits flipped: it is not even text."""
    status, headers, content = exchange.forward()
    exchange.answer(status, headers, bytes(byte ^ 0xFF for byte in content))


def alter(exchange: Exchange) -> None:
    """It is done, and the answer arrives with other letters in it: only its checksum tells."""
    status, headers, content = exchange.forward()
    exchange.answer(status, headers, content.translate(bytes.maketrans(b"aeiou01234", b"eioua12340")))


def replace_with_page(exchange: Exchange) -> None:
    """Something on the way answers 200 with a page of its own, as a captive portal does. Nothing is done."""
    exchange.answer(200, {"Content-Type": "text/html"}, b"<html><body>Please sign in to the network</body></html>")


def truncate(exchange: Exchange) -> None:
    """It is done, and the connection breaks in the middle of the answer."""
    status, headers, content = exchange.forward()
    exchange.answer(status, headers, content[: len(content) // 2], promised=max(len(content), 2))
    exchange.hang_up()


def refuse(code: str, *, because: str | None = None) -> Fault:
    """Nothing is done, and DynamoDB says why in its own words; ``because`` of which limit, where it throttles."""

    def refusing(exchange: Exchange) -> None:
        body: dict[str, Any] = {"__type": ERRORS + code, "message": f"{code}: {INTERNAL}"}
        if because:
            name = "throttlingReasons" if code == "ThrottlingException" else "ThrottlingReasons"
            body[name] = [{"reason": because, "resource": INTERNAL}]
        exchange.say(SERVER_ERRORS.get(code, 400), body)

    return refusing


def hand_back(exchange: Exchange) -> None:
    """A BatchGetItem of a throttled table: it succeeds, and reads nothing."""
    exchange.say(200, {"Responses": {}, "UnprocessedKeys": json.loads(exchange.body)["RequestItems"]})


def break_down(status: int) -> Fault:
    """Nothing is done, and something in front of DynamoDB says so in a page of its own."""
    return lambda exchange: exchange.answer(status, {"Content-Type": "text/html"}, b"<html>Bad gateway</html>")


def cancel(*codes: str) -> Fault:
    """Nothing is done: the transaction was cancelled because of its first items, ``TransactionConflict`` say."""

    def cancelling(exchange: Exchange) -> None:
        items = len(json.loads(exchange.body)["TransactItems"])
        named: list[dict[str, Any]] = [{"Code": each, "Message": INTERNAL} for each in codes[:items]]
        reasons = named + [{"Code": "None"}] * (items - len(named))
        code = "TransactionCanceledException"
        body = {"__type": ERRORS + code, "Message": f"{code}: {INTERNAL}", "CancellationReasons": reasons}
        exchange.say(400, body)

    return cancelling


class Wire:
    """The proxy, with what is planned on it and what was met."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.closing = threading.Event()
        self.forgets_tokens = False
        self.planned: dict[str, deque[Fault]] = defaultdict(deque)
        self.standing: dict[str, Fault] = {}
        self.spared = 0  # so many calls pass before the standing faults begin
        self.met: list[tuple[str, Fault]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def next(self, operation: str, *faults: Fault) -> None:
        """What becomes of the next calls of an operation, one after the other; those behind them pass."""
        self.planned[operation].extend(faults)

    def always(self, operation: str, fault: Fault) -> None:
        """What becomes of every call of an operation; ``"*"`` stands for all of them."""
        self.standing[operation] = fault

    def calls(self, operation: str) -> int:
        """How often an operation was tried since the wire was mended."""
        return sum(name == operation for name, _ in self.met)

    def faults(self) -> int:
        """How many faults were met since the wire was mended."""
        return sum(fault is not pass_on for _, fault in self.met)

    def mend(self) -> None:
        """Forget all plans. This process need not find out by itself that storage is well again."""
        calls.breaker.note(succeeded=True)
        self.forgets_tokens = False
        self.spared = 0
        for memory in (self.planned, self.standing, self.met):
            memory.clear()

    @contextlib.contextmanager
    def in_use(self) -> Iterator[Wire]:
        """Send the live client over this wire."""
        emitter = connection().connection.client.meta.events

        def redirect(request: Any, **_: Any) -> None:
            request.url = self.url

        emitter.register("before-send.dynamodb.*", redirect)
        try:
            yield self
        finally:
            emitter.unregister("before-send.dynamodb.*", redirect)
            self.closing.set()  # whoever waits in a black hole may go
            self.closing = threading.Event()
            self.mend()

    def close(self) -> None:
        """Take the proxy down."""
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        wire = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # one packet an answer: two would wait 40 ms for each other
            disable_nagle_algorithm = True

            def setup(self) -> None:
                super().setup()
                self.onward = http.client.HTTPConnection("127.0.0.1", wire.engine.port, timeout=10)

            def finish(self) -> None:
                self.onward.close()
                super().finish()

            def do_POST(self) -> None:
                exchange = Exchange(self, self.onward, wire.closing)
                if wire.forgets_tokens and exchange.operation == "TransactWriteItems":
                    request = json.loads(exchange.body)
                    del request["ClientRequestToken"]
                    exchange.body = json.dumps(request).encode()
                queue = wire.planned[exchange.operation]
                standing = wire.standing.get(exchange.operation, wire.standing.get("*", pass_on))
                if not queue and standing is not pass_on and wire.spared:
                    wire.spared -= 1
                    standing = pass_on
                fault = queue.popleft() if queue else standing
                wire.met.append((exchange.operation, fault))
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the client gave up waiting
                    fault(exchange)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        return Handler
