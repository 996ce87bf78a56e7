from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from random import Random
from types import SimpleNamespace

import pytest

from models_app.outbox import bus, publisher, relay
from models_app.storage import breaker, outbox
from tests.callers import Cast
from tests.commands.shell import run
from tests.engine import free_port
from tests.outbox.acts import an_event, committed, deploys, unsent
from tests.outbox.buses import Call, Manner, PlayedBus, black_hole, refuse, say, take, take_and_hang_up
from tests.proof.conftest import rounds
from tests.proof.figures import controls, proves

GARBLED: dict[str, Manner] = {
    "a page": say(200, b"<html>Please sign in</html>"),
    "nothing": say(200, b""),
    "no text": say(200, b"\xff\xfe\x80"),
    "a list": say(200, b"[]"),
    "a number": say(200, b"1"),
    "no entries": say(200, b'{"FailedEntryCount": 0}'),
    "null": say(200, b'{"Entries": null}'),
    "too few": say(200, b'{"Entries": []}'),
    "too many": say(200, b'{"Entries": [{"EventId": "a"}, {"EventId": "b"}]}'),
    "entries of another kind": say(200, b'{"Entries": [7]}'),
    "neither id nor error": say(200, b'{"Entries": [{}]}'),
    "an error": say(500, b'{"__type": "InternalException"}'),
    "a throttle": say(400, b'{"__type": "ThrottlingException"}'),
    "no such bus": say(400, b'{"__type": "ResourceNotFoundException"}'),
    "an error page": say(502, b"<html>Bad gateway</html>"),
    "a hang-up": lambda call: call.hang_up(),
}

KEPT = "whatever the bus refuses, no event is lost, and none is sent twice in a pass"
INLINE_SECONDS = bus.INLINE_SECONDS  # before a test is more patient

# What the bus may say of a whole call, having taken it or not.
BREAKDOWNS = [take_and_hang_up, *(GARBLED[name] for name in ("a hang-up", "a page", "an error", "a throttle"))]
# What it may say of single entries.
CODES = ["InternalFailure", "ThrottlingException", "MalformedDetail", "NotAuthorizedForSourceException", "Unheard-of"]


@pytest.fixture
def breaker_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its clock stands still: however slow the machine, its rest is not over before the test is."""
    monkeypatch.setattr(breaker, "time", SimpleNamespace(monotonic=lambda: 0.0))


class Stopwatch:
    """Deployments by the clock. The quickest of a few counts: the machine has other things to do."""

    def __init__(self, team: Cast) -> None:
        self.team = team
        self.places = (f"e{number}" for number in count())

    def quickest_of(self, times: int) -> float:
        """Deploy so often, each time to a new place; the seconds until the quickest was answered 202."""
        return min(self._deploys() for _ in range(times))

    def _deploys(self) -> float:
        began = time.perf_counter()
        assert deploys(self.team, environment=next(self.places)).status == 202
        return time.perf_counter() - began


class TestABusThatIsDown:
    def test_costs_a_deployment_next_to_nothing(
        self, payments: Cast, publishing_to: Callable[[str], None], played: PlayedBus, breaker_rests: None
    ) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        stopwatch = Stopwatch(payments)
        usual = stopwatch.quickest_of(3)
        publishing_to(f"http://127.0.0.1:{free_port()}")

        assert stopwatch.quickest_of(publisher.FAILURES) < usual + 1
        assert stopwatch.quickest_of(2) < usual + 1

        assert len(unsent()) == len(committed()) - 3
        assert run("relay_events").code == 1
        publishing_to(played.url)
        assert run("relay_events").code == 0
        assert sorted(played.taken) == committed()

    def test_is_left_alone_after_three_failures(self, payments: Cast, played: PlayedBus, breaker_rests: None) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        played.manner = lambda call: call.hang_up()

        for place in range(8):
            assert deploys(payments, environment=f"e{place}").status == 202

        assert len(played.calls) == 3
        played.manner = take
        run("relay_events")
        assert sorted(played.taken) == committed()

    def test_that_says_nothing_is_waited_for_three_times_and_briefly(
        self, payments: Cast, played: PlayedBus, monkeypatch: pytest.MonkeyPatch, breaker_rests: None
    ) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        stopwatch = Stopwatch(payments)
        usual = stopwatch.quickest_of(3)
        played.calls.clear()
        monkeypatch.setattr(bus, "INLINE_SECONDS", INLINE_SECONDS)
        played.manner = black_hole

        assert INLINE_SECONDS <= stopwatch.quickest_of(publisher.FAILURES) < usual + INLINE_SECONDS + 1
        stopwatch.quickest_of(5)

        assert len(played.calls) == 3

    def test_makes_the_relay_say_that_nothing_is_lost(
        self, payments: Cast, publishing_to: Callable[[str], None]
    ) -> None:
        publishing_to(f"http://127.0.0.1:{free_port()}")

        said = run("relay_events")

        assert (said.code, sorted(unsent())) == (1, committed())
        assert "Nothing is lost" in said.error


class TestABusThatAnswersNonsense:
    @pytest.mark.parametrize("manner", GARBLED.values(), ids=GARBLED)
    def test_fails_no_request(self, payments: Cast, played: PlayedBus, manner: Manner) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        played.manner = manner

        assert deploys(payments).status == 202

        assert sorted(unsent()) == committed()
        played.manner = take
        assert run("relay_events").code == 0
        assert sorted(played.taken) == committed()


class TestABusThatRefusesSome:
    def test_keeps_those_and_only_those(self, payments: Cast, played: PlayedBus) -> None:
        refused = {an_event().id for _ in range(5)}
        for _ in range(15):
            an_event()
        played.manner = refuse(refused.__contains__)

        tally = relay.relay()

        assert (tally.sent, tally.refused, tally.dead) == (len(committed()) - 5, 5, 0)
        assert set(unsent()) == refused

    def test_an_event_that_is_refused_inline_is_counted_and_kept(self, payments: Cast, played: PlayedBus) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        played.manner = refuse(lambda _: True)

        assert deploys(payments).status == 202
        assert sorted(unsent()) == committed()

    def test_after_twenty_refusals_an_event_is_given_up_until_it_is_revived(
        self, payments: Cast, played: PlayedBus
    ) -> None:
        event = an_event()
        played.manner = refuse({event.id}.__contains__)

        tallies = [relay.relay() for _ in range(outbox.MAX_ATTEMPTS)]

        assert [tally.dead for tally in tallies] == [0] * 19 + [1]
        assert outbox.list_dead(limit=10).items == [event]
        assert relay.relay().refused == 0
        assert unsent() == []
        outbox.revive(event)
        assert (outbox.list_dead(limit=10).items, unsent()) == ([], [event.id])
        assert relay.relay().dead == 0  # it is counted from the start again
        played.manner = take
        assert relay.relay().sent == 1

    @pytest.mark.proof
    def test_whatever_it_refuses_nothing_is_lost_and_nothing_sent_again(
        self, payments: Cast, played: PlayedBus
    ) -> None:
        """Each answer is one pattern: entries refused by code, or nothing that could be understood."""
        whim, wanted, met = Whim(seed=20), rounds(200, full=1000), 0
        played.manner = whim.answer
        while met < wanted:
            for _ in range(whim.random.randrange(12)):
                an_event()
            waiting, known = set(unsent()), set(whim.known)
            played.calls.clear()

            ended = relays()

            assert not known & set(played.asked), "sent again although the bus had said that it took it"
            assert len(set(played.asked)) == len(played.asked), "sent twice in one pass"
            assert set(unsent()) == waiting - whim.known
            if ended:
                assert set(played.asked) == waiting
            met += len(played.calls)

        played.manner = take
        assert relays()
        lost = set(committed()) - whim.known - set(played.taken)
        proves(KEPT, f"{len(lost)} of {len(committed())} events lost, {met} answers", target="0", holds=not lost)

    @pytest.mark.proof
    def test_a_relay_that_hears_no_refusal_is_noticed(
        self, payments: Cast, played: PlayedBus, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(outbox, "note_refused", lambda event, **_: bool(outbox.note_sent(event)))
        whim = Whim(seed=20)
        played.manner = whim.answer
        for _ in range(50):
            an_event()
        while unsent():
            relays()

        lost = set(committed()) - whim.known
        controls(KEPT, f"refusals not heard: {len(lost)} lost", target="at least 1", holds=bool(lost))


class Whim:
    """A bus of moods: now it takes all, now next to nothing, now it breaks off, having taken the entries or not."""

    def __init__(self, *, seed: int) -> None:
        self.random = Random(seed)
        self.known: set[str] = set()  # what it has taken, and said so

    def answer(self, call: Call) -> None:
        if self.random.random() < 0.1:
            self.random.choice(BREAKDOWNS)(call)
            return
        mood = self.random.choice([0, 0.2, 0.5, 0.9])
        call.answer([self.random.choice(CODES) if self.random.random() < mood else None for _ in call.ids])
        self.known |= set(call.taken)


def relays() -> bool:
    """One pass: whether the bus let it come to its end."""
    try:
        relay.relay()
    except bus.BusFailed:
        return False
    return True


class TestABusWhoseAnswersGetLost:
    def test_is_told_again(self, payments: Cast, played: PlayedBus) -> None:
        for _ in range(30):
            an_event()
        random, passes = Random(3), 0

        def careless(call: Call) -> None:
            manner = random.choice([take, take_and_hang_up])
            manner(call)

        played.manner = careless
        while unsent():
            run("relay_events")
            passes += 1

        assert passes > 1
        assert len(played.taken) > len(set(played.taken))
        assert sorted(set(played.taken)) == committed()

    def test_gets_a_deployment_twice_rather_than_never(self, payments: Cast, played: PlayedBus) -> None:
        payments.contributor.registers("fraud", version="1.0.0")
        played.manner = take_and_hang_up
        assert deploys(payments).status == 202
        [deployment] = played.taken

        played.manner = take
        run("relay_events")

        assert played.taken.count(deployment) == 2
        assert sorted(set(played.taken)) == committed()
