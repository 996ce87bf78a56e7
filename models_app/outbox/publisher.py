"""Publishing at once what somebody waits for. It never fails a request: what is not sent now, the relay sends."""

from __future__ import annotations

import logging

from models_app.domain.errors import StorageBusy
from models_app.domain.events import Event
from models_app.outbox import bus
from models_app.storage import outbox
from models_app.storage.breaker import Breaker

log = logging.getLogger(__name__)

FAILURES = 3
REST_SECONDS = 5.0
breaker = Breaker(failures=FAILURES, rest_seconds=REST_SECONDS)


def publish_now(event: Event) -> None:
    """Send a committed event and take it out of the outbox: two calls, of which the first has 300 ms."""
    if not bus.present().name or not breaker.may_try():
        return
    [[(_, entry)]] = bus.packed([event])
    try:
        [refusal] = bus.put([entry], seconds=bus.INLINE_SECONDS)
    except bus.BusFailed as failure:
        breaker.note(succeeded=False)
        log.warning("event %s stays in the outbox: %s", event.id, failure)
        return
    breaker.note(succeeded=True)
    try:
        if refusal is None:
            outbox.note_sent(event)
        else:
            outbox.note_refused(event, reason=refusal)
    except StorageBusy:
        log.warning("event %s may be sent once more by the relay", event.id)
