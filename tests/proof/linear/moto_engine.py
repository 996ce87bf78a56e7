"""moto in DynamoDB's place: it plays it for one client, and is not exact when there are several."""

from __future__ import annotations

import http.client
import logging

from moto.server import ThreadedMotoServer

from tests.engine import Engine, free_port


class Moto(Engine):
    """moto's server in this process, asked like the exact engine."""

    def __init__(self) -> None:
        logging.getLogger("werkzeug").setLevel(logging.CRITICAL)  # it trips over itself, as it will
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.moto = ThreadedMotoServer(ip_address="127.0.0.1", port=self.port, verbose=False)
        self.moto.start()
        self.wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def stop(self) -> None:
        """Take it down."""
        self.wire.close()
        self.moto.stop()
