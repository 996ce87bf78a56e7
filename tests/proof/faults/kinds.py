"""What storage can do to a call: every kind of fault that is tried on every request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models_app.storage import calls
from tests.faults import (
    Fault,
    Wire,
    alter,
    black_hole,
    break_down,
    cancel,
    corrupt,
    hand_back,
    late,
    lose_answer,
    lose_request,
    refuse,
    replace_with_page,
    truncate,
)

SINGLE_WRITES = ("UpdateItem", "PutItem", "DeleteItem")
HOT = "TableReadKeyRangeThroughputExceeded"


@dataclass(frozen=True)
class Kind:
    """A fault for each of some operations; ``"*"`` is for all that are not named."""

    name: str
    faults: dict[str, Fault]

    @property
    def is_contention(self) -> bool:
        """Whether it is repeated for as long as there is time, with pauses."""
        return "*" not in self.faults

    def reached(self, operations: Sequence[str]) -> int:
        """How many of a request's calls it concerns."""
        return len(operations) if "*" in self.faults else sum(each in self.faults for each in operations)

    def plan(self, wire: Wire, *, spared: int) -> None:
        """From now on, all calls but the first few meet it."""
        wire.mend()
        wire.spared = spared
        for operation, fault in self.faults.items():
            wire.always(operation, fault)


def every(name: str, fault: Fault) -> Kind:
    return Kind(name, {"*": fault})


def kinds() -> list[Kind]:
    """All of them. What waits does so for a little longer than the registry has patience, as that is at the moment."""
    contention = dict.fromkeys(SINGLE_WRITES, refuse("TransactionConflictException"))
    full = dict.fromkeys(SINGLE_WRITES, refuse("ItemCollectionSizeLimitExceededException"))
    mixed = cancel("ThrottlingError", "None", "TransactionConflict", "ProvisionedThroughputExceeded")
    named = (
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "InternalServerError",
        "ServiceUnavailable",
        "TransactionInProgressException",
        "ResourceNotFoundException",
        "ExpiredTokenException",
        "AccessDeniedException",
    )
    return [
        *(every(code, refuse(code)) for code in named),
        every("a hot partition", refuse("ThrottlingException", because=HOT)),
        Kind("a conflict of transactions", contention | {"TransactWriteItems": cancel("TransactionConflict")}),
        Kind("cancelled for mixed reasons", {"TransactWriteItems": mixed}),
        Kind("a full collection", full | {"TransactWriteItems": cancel("None", "ItemCollectionSizeLimitExceeded")}),
        Kind("keys handed back", {"BatchGetItem": hand_back}),
        every("a connection reset", lose_request),
        every("an answer lost", lose_answer),
        every("an answer cut short", truncate),
        every("bits flipped", corrupt),
        every("letters altered", alter),
        every("somebody else's page", replace_with_page),
        every("a bad gateway", break_down(502)),
        every("a black hole", black_hole),
        every("an answer too late", late(calls.READ_SECONDS * 1.5)),
    ]
