"""What all calls to DynamoDB have in common: the time they may take, their repetition, and what their failures mean.

The SDK repeats nothing: it knows no deadline. Here each attempt is started only if it can end in time.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from pynamodb.exceptions import PynamoDBException

from models_app.domain.errors import StorageBusy
from models_app.storage.breaker import Breaker
from models_app.storage.connections import CONNECT_SECONDS, READ_SECONDS
from models_app.storage.protocol import AnswerCorrupt

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)
facts = logging.getLogger("registry.facts")  # what is counted where somebody counts

BUSY = "storage is busy"

# API Gateway gives up after 29 seconds; a caller who waits is better served by a prompt "busy" that may be retried.
REQUEST_SECONDS = 8.0
ATTEMPT_SECONDS = CONNECT_SECONDS + READ_SECONDS
MAX_ATTEMPTS = 6  # with fewer, a third of all calls failing in passing fails more than one request in two hundred

FIRST_PAUSE_SECONDS = 0.005
LONGEST_PAUSE_SECONDS = 0.5
MAX_PAUSES = 40

# Answers that mean something to the caller, or our own mistake: neither gets better by repeating.
MEANT = frozenset({"ConditionalCheckFailedException", "TransactionCanceledException", "ValidationException"})
PASSING = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
SERVER_ERROR = 500

# Others are at the same item, or one partition is full: storage as a whole is well.
OF_ONE_ITEM = frozenset(
    {
        "IdempotentParameterMismatchException",
        "ItemCollectionSizeLimitExceededException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
OF_ONE_PARTITION = "KeyRangeThroughputExceeded"  # how DynamoDB ends its reason for throttling a hot partition alone

# After so many calls in a row that storage as a whole failed, nobody is kept waiting for it
# (docs/decisions/020-a-breaker-before-storage.md).
FAILURES = 5
REST_SECONDS = 2
breaker = Breaker(failures=FAILURES, rest_seconds=REST_SECONDS)

_deadline: ContextVar[float] = ContextVar("deadline")


@contextmanager
def deadline(seconds: float = REQUEST_SECONDS) -> Iterator[None]:
    """Give everything inside this much time; the innermost deadline counts."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


def seconds_left() -> float:
    """How long the present request may still take; what has no deadline gets a whole one each time."""
    return _deadline.get(time.monotonic() + REQUEST_SECONDS) - time.monotonic()


class Patience:
    """Pauses that grow and are random ("full jitter"), so that rivals do not meet again; and their end.

    https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
    """

    def __init__(self) -> None:
        self._pause = FIRST_PAUSE_SECONDS
        self._left = MAX_PAUSES

    def wait(self, *, because: Exception | None = None) -> None:
        """Sleep a little.

        Raises:
            StorageBusy: no time is left for a pause and another attempt, or there were too many.
        """
        self._left -= 1
        if self._left < 0 or seconds_left() < self._pause + ATTEMPT_SECONDS:
            raise busy() from because
        time.sleep(random.uniform(0, self._pause))  # noqa: S311 - spreading retries needs no secrecy
        self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)


def call(operation: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Make one call, repeated while it fails in passing and time is left; none while storage is known to be down.

    Raises:
        StorageBusy: no time left; or throttled, unreachable or broken. The cause is logged here.
        PynamoDBException: DynamoDB's answer means something: a condition failed, a transaction was cancelled.
    """
    try:
        answer = _repeated(operation, *args, **kwargs)
    except StorageBusy as refusal:
        # Without a cause, nobody asked storage.
        if isinstance(refusal.__cause__, Exception) and _is_of_storage(refusal.__cause__):
            breaker.note(succeeded=False)
        raise
    except (PynamoDBException, ClientError):  # an answer, whatever it says
        breaker.note(succeeded=True)
        raise
    breaker.note(succeeded=True)
    return answer


def _repeated(operation: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    patience = Patience()
    for attempt in range(1, MAX_ATTEMPTS + 1):
        if seconds_left() < ATTEMPT_SECONDS:
            raise busy()
        if not breaker.may_try():
            raise busy(seconds=REST_SECONDS)
        try:
            return operation(*args, **kwargs)
        except (PynamoDBException, BotoCoreError, ClientError) as failure:
            if code_of(failure) in MEANT:
                raise
            if attempt == MAX_ATTEMPTS or not _is_passing(failure):
                log.error("DynamoDB call failed: %s", describe(failure))  # noqa: TRY400 - a traceback may hold data
                raise busy() from failure
            patience.wait(because=failure)
    raise busy()


def busy(*, seconds: int = StorageBusy.retry_after_seconds) -> StorageBusy:
    """The refusal of a call that storage did not answer in time; said where it is counted, too."""
    facts.info(BUSY, extra={"fact": BUSY})
    refusal = StorageBusy()
    refusal.retry_after_seconds = seconds
    return refusal


def code_of(failure: Exception) -> str | None:
    """DynamoDB's own name for an error, if it sent one."""
    cause = _cause(failure)
    # Not PynamoDB's own reader: that one fails where there was no answer at all.
    return str(cause.response.get("Error", {}).get("Code", "")) if isinstance(cause, ClientError) else None


def describe(failure: Exception) -> str:
    """A failure for the log: class and code, without the request, which may hold users' data."""
    return f"{type(_cause(failure)).__name__} {code_of(failure) or ''}".strip()


def _cause(failure: Exception) -> Exception:
    cause = getattr(failure, "cause", None)
    cause = cause if isinstance(cause, Exception) else failure
    # PynamoDB makes an error of its own of botocore's, without the status and the reasons for throttling.
    return cause.__cause__ if isinstance(cause.__cause__, ClientError) else cause


def _is_of_storage(failure: Exception) -> bool:
    """Whether others, who ask for something else, would fare no better."""
    cause = _cause(failure)
    if not isinstance(cause, ClientError):
        return True
    # DynamoDB writes the name with one capital or the other.
    reasons = cause.response.get("ThrottlingReasons") or cause.response.get("throttlingReasons") or []
    is_of_one_partition = bool(reasons) and all(str(each.get("reason")).endswith(OF_ONE_PARTITION) for each in reasons)
    return code_of(failure) not in OF_ONE_ITEM and not is_of_one_partition


def _is_passing(failure: Exception) -> bool:
    cause = _cause(failure)
    if isinstance(cause, ClientError):
        status = cause.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return code_of(failure) in PASSING or status >= SERVER_ERROR
    return isinstance(cause, HTTPClientError | AnswerCorrupt)
