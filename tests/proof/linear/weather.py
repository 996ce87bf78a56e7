"""What befalls each call to DynamoDB, decided by a seed: which fault meets the n-th call is the same each time."""

from __future__ import annotations

import itertools
import time
import zlib
from dataclasses import dataclass, field
from random import Random

from tests.faults import (
    Exchange,
    Fault,
    alter,
    cancel,
    corrupt,
    hand_back,
    lose_answer,
    lose_request,
    pass_on,
    refuse,
    truncate,
)

PATIENCE_SECONDS = 1.2  # a little more than the registry waits for an answer

Spell = tuple[float, float]


def late(exchange: Exchange) -> None:
    """It is done, and the answer comes when nobody waits for it any more."""
    answer = exchange.forward()
    time.sleep(PATIENCE_SECONDS)
    exchange.answer(*answer)


def straggle(exchange: Exchange) -> None:
    """It is done when nobody waits for it any more, and after it was asked for again."""
    time.sleep(PATIENCE_SECONDS)
    pass_on(exchange)


EVERYWHERE: list[Fault] = [
    *map(refuse, ("ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded")),
    *map(refuse, ("InternalServerError", "ServiceUnavailable")),
    *[lose_answer] * 4,
    *[lose_request, truncate, corrupt, alter],
]
IN_TRANSACTIONS = [
    *map(cancel, ("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded")),
    refuse("TransactionInProgressException"),
]
SELDOM: list[Fault] = [late, straggle]


@dataclass
class Weather:
    """A fault for the wire that is another one each time. Long calms and squalls, so that some requests fail for good.

    Attributes:
        squalls: the share of calls that fail in calms and in squalls.
        jitter: between how many seconds every call is held up, so that those at one item meet.
        usual: what becomes of calls that meet no fault.
    """

    seed: int
    squalls: Spell = (0.0, 0.0)
    jitter: Spell = (0.0, 0.0)
    usual: Fault = pass_on
    turn: itertools.count[int] = field(default_factory=itertools.count)
    met: list[bool] = field(default_factory=list)

    def __call__(self, exchange: Exchange) -> None:
        fault, pause = self.of(next(self.turn), exchange.operation)
        self.met.append(fault is not self.usual)
        time.sleep(pause)
        fault(exchange)

    def of(self, turn: int, operation: str) -> tuple[Fault, float]:
        """What becomes of the n-th call, and how long it is held up."""
        chance = Random(f"{self.seed}/{turn}")
        pause = chance.uniform(*self.jitter)
        in_squall = Random(f"{self.seed}/squall/{turn // 40}").random() < 0.4
        if chance.random() >= self.squalls[in_squall]:
            return self.usual, pause
        if chance.random() < 0.01:
            return chance.choice(SELDOM), pause
        special = {"TransactWriteItems": IN_TRANSACTIONS, "BatchGetItem": [hand_back]}.get(operation, [])
        return chance.choice([*EVERYWHERE, *special]), pause

    @property
    def share(self) -> float:
        """Which part of the calls met a fault."""
        return sum(self.met) / max(len(self.met), 1)


def vouch(exchange: Exchange) -> None:
    """For engines that send no checksum: theirs are added, so that the registry believes them."""
    status, headers, content = exchange.forward()
    exchange.answer(status, headers | {"x-amz-crc32": str(zlib.crc32(content))}, content)
