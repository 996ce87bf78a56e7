"""What a batch of rows costs, and what becomes of it when storage, or somebody else, gets in its way."""

from __future__ import annotations

import pytest

from models_app.domain.actors import Actor, command_line
from models_app.domain.errors import PermissionDenied, StorageBusy
from models_app.domain.imports import What
from models_app.domain.teams import Role, TeamSlug
from models_app.management.importing.entries import Entry
from models_app.management.importing.importer import BATCH_ROWS, PAUSES_SECONDS, Importer
from models_app.management.importing.rows import row_of
from models_app.services.exports import export_models, list_teams
from models_app.services.imports import import_rows, plan_import
from tests.callers import Cast
from tests.commands.bulk import a_model, a_version, an_alias
from tests.costs import counted_calls
from tests.faults import Wire, lose_answer, refuse
from tests.storage.conftest import proxy, wire

__all__ = ["proxy", "wire"]

OPERATOR = command_line("import_models")


def rows(*documents: dict) -> list:
    return [row_of(document, actor=OPERATOR, team=None) for document in documents]


def a_batch() -> list:
    versions = [a_version(f"1.{number}.0") for number in range(BATCH_ROWS - 3)]
    return rows(a_model(), *versions, an_alias("best", "1.0.0"), an_alias("next", "1.1.0"))


def whats(outcomes: list) -> set[What]:
    return {outcome.what for outcome in outcomes}


class TestCosts:
    def test_a_full_batch_takes_two_calls_and_one_when_it_comes_again(self, payments: Cast) -> None:
        batch = a_batch()
        with counted_calls() as first:
            assert whats(import_rows(actor=OPERATOR, rows=batch)) == {What.CREATED}
        with counted_calls() as second:
            assert whats(import_rows(actor=OPERATOR, rows=batch)) == {What.SKIPPED}

        assert first == ["BatchGetItem", "TransactWriteItems"]
        assert second == ["BatchGetItem"]

    def test_a_plan_takes_one_call_and_writes_nothing(self, payments: Cast) -> None:
        with counted_calls() as sent:
            assert whats(plan_import(actor=OPERATOR, rows=a_batch())) == {What.CREATED}

        assert sent == ["BatchGetItem"]

    def test_rows_of_many_models_go_together(self, payments: Cast) -> None:
        each = BATCH_ROWS // 3
        batch = rows(
            *(a_model(modelName=f"m{number}") for number in range(each)),
            *(a_version("1", modelName=f"m{number}") for number in range(each)),
            *(an_alias("best", "1", modelName=f"m{number}") for number in range(each)),
        )
        with counted_calls() as sent:
            assert whats(import_rows(actor=OPERATOR, rows=batch)) == {What.CREATED}

        assert [call for call in sent if call != "BatchGetItem"] == ["TransactWriteItems"]

    def test_an_alias_of_a_version_with_many_others_is_one_change(self, payments: Cast) -> None:
        import_rows(actor=OPERATOR, rows=rows(a_version("1"), *(an_alias(f"a{number}", "1") for number in range(40))))

        assert whats(import_rows(actor=OPERATOR, rows=rows(an_alias("late", "1")))) == {What.CREATED}
        assert len(payments.viewer.reads("payments.fraud", "@late").body["aliases"]) == 41


class TestWho:
    """Rows say when and by whom, so only platform administrators bring them in, or take them out."""

    @pytest.mark.parametrize("role", Role)
    def test_nobody_in_a_team_may(self, payments: Cast, role: Role) -> None:
        actor = Actor(name="user:ada", roles={TeamSlug("payments"): role})

        with counted_calls() as sent:
            for deed in (
                lambda: import_rows(actor=actor, rows=a_batch()),
                lambda: plan_import(actor=actor, rows=a_batch()),
                lambda: export_models(actor=actor, team=TeamSlug("payments")),
                lambda: list_teams(actor=actor),
            ):
                with pytest.raises(PermissionDenied):
                    deed()

        assert sent == []


class TestBadWeather:
    @pytest.mark.parametrize("aws", ["remembers", "has forgotten"])
    def test_a_batch_whose_answer_got_lost_was_created(self, payments: Cast, wire: Wire, aws: str) -> None:
        wire.forgets_tokens = aws == "has forgotten"
        wire.next("TransactWriteItems", lose_answer, lose_answer)

        assert whats(import_rows(actor=OPERATOR, rows=a_batch())) == {What.CREATED}
        assert payments.viewer.reads("payments.fraud").body["versionCount"] == BATCH_ROWS - 3

    def test_an_import_waits_for_a_busy_table_and_goes_on(self, payments: Cast, wire: Wire) -> None:
        waited: list[float] = []

        def sleep(seconds: float) -> None:
            waited.append(seconds)
            if len(waited) == 3:
                wire.mend()

        importer = Importer(actor=OPERATOR, sleep=sleep)
        done = importer.run(entries(2 * BATCH_ROWS))
        first = [next(done) for _ in range(BATCH_ROWS)]
        wire.always("TransactWriteItems", refuse("ProvisionedThroughputExceededException"))

        outcomes = [each.outcome for each in (*first, *done)]

        assert waited == list(PAUSES_SECONDS[:3])
        assert whats(outcomes) == {What.CREATED}
        assert len(outcomes) == 2 * BATCH_ROWS

    def test_it_gives_up_when_the_table_stays_busy_and_at_once_when_it_was_never_there(
        self, payments: Cast, wire: Wire
    ) -> None:
        waited: list[float] = []
        importer = Importer(actor=OPERATOR, sleep=waited.append)
        wire.always("BatchGetItem", refuse("ThrottlingException"))
        with pytest.raises(StorageBusy):
            list(importer.run(entries(1)))
        assert waited == []

        importer.has_begun = True
        with pytest.raises(StorageBusy):
            list(importer.run(entries(1)))
        assert waited == list(PAUSES_SECONDS)


class TestModelsThatMove:
    def test_a_name_that_is_free_again_starts_anew(self, payments: Cast) -> None:
        import_rows(actor=OPERATOR, rows=a_batch())
        assert payments.maintainer.calls("DELETE", "models/payments.fraud").status == 204

        assert whats(import_rows(actor=OPERATOR, rows=a_batch())) == {What.CREATED}

    def test_what_was_renamed_is_not_there_under_the_old_name(self, payments: Cast) -> None:
        import_rows(actor=OPERATOR, rows=a_batch())
        renamed = payments.maintainer.calls("POST", "models/payments.fraud/rename", {"modelName": "scam"})
        assert renamed.status == 200, renamed.body

        assert whats(import_rows(actor=OPERATOR, rows=rows(a_version("1.0.0")))) == {What.CREATED}
        assert whats(import_rows(actor=OPERATOR, rows=rows(a_version("1.0.0", modelName="scam")))) == {What.SKIPPED}


def entries(number: int) -> list[Entry]:
    return [Entry(line=each + 1, document=a_version(f"1.{each}.0")) for each in range(number)]
