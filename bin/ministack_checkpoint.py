"""ministack, made to survive `kill -9`: started by engine.py with the Python of ministack's own environment.

By itself ministack writes its state only when it is asked to stop. Here it is written every second in which something
was asked that may have changed it; at most the last three seconds are lost.

The rule to keep: the state is copied on the event loop, where no request can change it in the middle (copying from a
thread fails with "dictionary changed size during iteration" as soon as somebody writes); only the writing of the files
happens beside it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any, Final, TypeAlias

from ministack import app as ministack  # type: ignore[import-not-found]  # lives in its own environment
from ministack.core.persistence import PERSIST_STATE, save_all  # type: ignore[import-not-found]

# The words of ASGI, the interface between Python's asynchronous web servers and applications.
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]

EVERY_SECONDS: Final = 1.0

# Actions of the AWS protocols are named by what they do. What is not known to be a read counts as a change.
READS: Final = ("Get", "BatchGet", "TransactGet", "Query", "Scan", "Describe", "List")

logger = logging.getLogger("checkpoint")


class Checkpoints:
    """The ASGI application in front of ministack's own: it notes changes and saves them in the background."""

    def __init__(self, application: Application) -> None:
        """Wrap ministack's application."""
        self.application = application
        self.changed = False
        self.stopping = asyncio.Event()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request, or the life of the whole server."""
        if scope["type"] == "lifespan":
            await self.live(scope, receive, send)
            return
        try:
            await self.application(scope, receive, send)
        finally:
            # Noted when the request is over: what a save in the meantime has missed is in the next one.
            self.changed = self.changed or not is_read(scope)

    async def live(self, scope: Message, receive: Receive, send: Send) -> None:
        """Run the checkpoints from start to shutdown; ministack's own save at shutdown comes last."""
        saving = asyncio.create_task(self.save_regularly())

        async def receive_after_saving() -> Message:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                # Else our last save and ministack's would write the same temporary files.
                self.stopping.set()
                await saving
            return message

        await self.application(scope, receive_after_saving, send)

    async def save_regularly(self) -> None:
        """Save once a second if something changed, until the server stops."""
        while not self.stopping.is_set():
            try:
                await asyncio.wait_for(self.stopping.wait(), timeout=EVERY_SECONDS)
            except TimeoutError:
                if self.changed:
                    self.changed = False
                    await asyncio.to_thread(save_all, self.copy_states())

    def copy_states(self) -> dict[str, Callable[[], Any]]:
        """Copy the state of each service, in the form that ministack's ``save_all`` takes.

        A service that cannot be copied keeps its older file and is tried again at the next checkpoint.
        """
        states: dict[str, Callable[[], Any]] = {}
        for service, get_state in ministack._build_persistence_save_dict().items():  # noqa: SLF001 (no public way)
            try:
                state = get_state()
            except Exception:  # some services change their state in threads of their own; one must not stop the others
                logger.exception("The state of %s could not be copied; trying again in %s s", service, EVERY_SECONDS)
                self.changed = True
            else:
                states[service] = partial(itself, state)
        return states


def itself(state: Any) -> Any:
    """Return a copied state where ministack expects a function that makes one."""
    return state


def is_read(scope: Message) -> bool:
    """Tell whether a request certainly changes nothing: by its action, or by its method where no action is named."""
    action = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-amz-target"), None)
    if action is None:
        return scope.get("method") in {"GET", "HEAD", "OPTIONS"}
    return str(action).rpartition(".")[2].startswith(READS)


if __name__ == "__main__":
    if PERSIST_STATE:
        ministack.app = Checkpoints(ministack.app)
    ministack.main()
