"""Checking that what happened is still what was sealed."""

from datetime import timedelta

import pytest

from models_app.domain.seals import MARGIN
from models_app.jobs import seal_events
from models_app.services import seals
from models_app.storage import outbox
from models_app.storage.table import EventItem, SealItem, connection
from tests.commands.shell import run
from tests.outbox.acts import everything


@pytest.fixture
def sealed(payments, monkeypatch):
    """A team with a sealed history."""
    monkeypatch.setattr(seals, "MARGIN", timedelta(0))
    payments.contributor.registers("fraud", version="1.0.0")
    assert seal_events() == 2
    return payments


def an_event():
    return next(item for item in everything() if item["sk"]["S"].startswith("EVENT#") and "fraud" in item["pk"]["S"])


def key_of(item):
    return item["pk"]["S"], item["sk"]["S"]


class TestSealing:
    def test_what_happened_just_now_is_left_alone(self, payments):
        payments.contributor.registers("fraud")

        assert seal_events() == 0
        assert timedelta(minutes=5) < MARGIN

    def test_nothing_new_needs_no_seal(self, sealed):
        assert seal_events() == 0

    def test_what_happens_later_is_sealed_later(self, sealed):
        sealed.contributor.registers("fraud", version="1.1.0")

        assert seal_events() == 1

    def test_many_events_take_several_seals(self, payments, monkeypatch):
        monkeypatch.setattr(seals, "MARGIN", timedelta(0))
        monkeypatch.setattr(seals, "MOST_EVENTS", 2)
        for number in range(5):
            payments.contributor.registers("fraud", version=f"{number}.0.0")

        assert seals.seal_team("payments") == 5  # the team, three tokens and a model's first versions
        assert run("verify_events").code == 0

    def test_publishing_an_event_breaks_no_seal(self, sealed):
        for event in [
            each for shard in outbox.shards() for each in outbox.list_unsent(shard, limit=9, after=None).items
        ]:
            outbox.note_sent(event)

        assert run("verify_events").code == 0


class TestVerifying:
    def test_prints_each_teams_newest_seal(self, sealed):
        said = run("verify_events")

        assert (said.code, "0 events are not sealed yet" in said.error) == (0, True)
        team, number, digest = said.out.splitlines()[0].split()
        assert (team, number, len(digest)) == ("payments", "1", 64)

    def test_an_edited_event_is_told(self, sealed):
        item = an_event()
        connection().update_item(*key_of(item), actions=[EventItem.actor.set("user:nobody")])

        said = run("verify_events")

        assert said.code == 1
        assert "payments: seal 1" in said.out
        assert "its events, or the seal, were changed" in said.out

    def test_an_event_that_comes_too_late_is_told(self, sealed):
        item = an_event()
        # The lowest id of that millisecond: below all that were sealed with it.
        late = item["sk"]["S"].removeprefix("EVENT#")[:10] + "0" * 16
        connection().update_item(item["pk"]["S"], f"EVENT#{late}", actions=[EventItem.kind.set(EventItem)])

        said = run("verify_events")
        connection().delete_item(item["pk"]["S"], f"EVENT#{late}")

        assert said.code == 1
        assert "events were sealed," in said.out

    def test_seals_that_were_all_made_anew_are_told_by_those_that_were_noted(self, sealed, tmp_path):
        noted = tmp_path / "heads"
        noted.write_text(run("verify_events").out)
        for item in everything():
            if item["sk"]["S"].startswith("SEAL#"):
                connection().delete_item(*key_of(item))
        item = an_event()
        connection().update_item(*key_of(item), actions=[EventItem.request_id.set("another")])
        seal_events()

        assert run("verify_events").code == 0
        said = run("verify_events", "--heads", str(noted))

        assert said.code == 1
        assert "payments: seal 1: it was noted with another digest, or is gone" in said.out

    @pytest.mark.parametrize("text", ["payments one x", "payments 1", "{}"])
    def test_a_note_that_is_none_is_refused(self, sealed, tmp_path, text):
        noted = tmp_path / "heads"
        noted.write_text(text)

        said = run("verify_events", "--heads", str(noted))

        assert said.code == 2
        assert "line 1: a line is a team, a number and a digest." in said.error

    def test_a_note_that_is_not_there_too(self, table, tmp_path):
        assert run("verify_events", "--heads", str(tmp_path / "nothing")).code == 2


def test_the_seals_of_a_team_stand_in_the_order_of_their_numbers(sealed):
    item = SealItem.from_raw_data(next(each for each in everything() if each["sk"]["S"].startswith("SEAL#")))

    assert item.sk == "SEAL#000000000001"
