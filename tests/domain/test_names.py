"""Names of teams, models, aliases and users, and references to versions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models_app.domain.aliases import AliasName
from models_app.domain.errors import InvalidFields, ModelNotFound, VersionNotFound
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelId, ModelName
from models_app.domain.teams import TeamSlug, parse_username
from models_app.domain.versions import VersionReference

FRAUD = ModelId(TeamSlug("payments"), ModelName("fraud"))

# Letters that look like others, or like nothing at all.
LOOKALIKES = [
    *("fr\u0430ud", "\uff46raud", "fra\u200bud", "\u202efraud", "fraud\u00a0", "café", "cafe\u0301", "\ufb01t"),
    *("a\x00b", "a\nb"),
]
SEPARATORS = [f"a{separator}b" for separator in "#/\\%:?&~*@+;,'\""]


def code_of(parse: object, text: str) -> str:
    """The code of the one error with which a parser refuses a text, naming the field that it was told."""
    with pytest.raises(InvalidFields) as refusal:
        parse(text, field="here")  # type: ignore[operator]
    (error,) = refusal.value.errors
    assert error.field == "here"
    return error.code


class TestTeamSlugs:
    """Promised: "slug [a-z0-9]([-a-z0-9]*[a-z0-9])?, 2-63 characters (also a valid MLflow workspace name)"."""

    @pytest.mark.parametrize("text", ["ab", "a1", "1a", "11", "payments", "fraud-ops", "a--b", "a" * 63])
    def test_these_are(self, text: str) -> None:
        assert TeamSlug.parse(text) == text

    @pytest.mark.parametrize(
        "text",
        ["", "a", "a" * 64, "-a", "a-", "A", "Payments", "a.b", "a_b", "a b", "ab\n", "é1", "a\uff11", *SEPARATORS],
        ids=ascii,
    )
    def test_these_are_none(self, text: str) -> None:
        assert code_of(TeamSlug.parse, text) == "invalid"

    @pytest.mark.parametrize("text", ["workspaces", "api", "ajax-api", "static-files"])
    def test_words_that_mlflow_keeps_for_itself_are_none(self, text: str) -> None:
        assert code_of(TeamSlug.parse, text) == "reserved"


class TestModelNames:
    """Promised: "modelName (required, [A-Za-z0-9][A-Za-z0-9._ -]*, ≤ 128)"."""

    @pytest.mark.parametrize(
        "text", ["f", "Fraud", "fraud.v2", "fraud detector", "a_b-c.d e", "9", "a..b", "a-", "a_", "x" * 128]
    )
    def test_these_are(self, text: str) -> None:
        assert ModelName.parse(text) == text

    @pytest.mark.parametrize(
        "text",
        ["", ".", " ", ".a", "-a", "_a", " a", "a ", "a.", "a\t", "a\n", "x" * 129, *LOOKALIKES, *SEPARATORS],
        ids=ascii,
    )
    def test_these_are_none(self, text: str) -> None:
        assert code_of(ModelName.parse, text) == "invalid"

    @given(text=st.text(max_size=140))
    def test_a_text_is_refused_or_kept_as_it_is(self, text: str) -> None:
        try:
            name = ModelName.parse(text)
        except InvalidFields:
            return
        assert name == text
        assert name.isascii()
        assert "#" not in name


class TestModelIds:
    """Promised: "Model id = team.name. Split at the first dot, so names may hold dots. An id without a dot in a path
    means the caller's own team"."""

    def test_the_first_dot_ends_the_team(self) -> None:
        assert ModelId.parse("payments.fraud.v2") == ModelId(TeamSlug("payments"), ModelName("fraud.v2"))

    @given(
        team=st.from_regex(r"[a-z0-9][-a-z0-9]{0,20}[a-z0-9]", fullmatch=True).filter(lambda text: text != "api"),
        name=st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._ -]{0,40}[A-Za-z0-9_-])?", fullmatch=True),
    )
    def test_what_is_written_reads_back(self, team: str, name: str) -> None:
        model = ModelId(TeamSlug.parse(team), ModelName.parse(name))

        assert ModelId.parse(str(model)) == model

    def test_without_a_dot_the_callers_team_is_meant(self) -> None:
        assert ModelId.parse("fraud", default_team=TeamSlug("payments")) == FRAUD

    def test_a_dot_always_names_the_team(self) -> None:
        assert ModelId.parse("vision.fraud", default_team=TeamSlug("payments")).team == "vision"

    @pytest.mark.parametrize(
        "text", ["fraud", "", ".", ".fraud", "payments.", "PAYMENTS.fraud", "a.b", "payments. a", "x#y.z"]
    )
    def test_what_no_model_can_be_called_is_missing(self, text: str) -> None:
        with pytest.raises(ModelNotFound):
            ModelId.parse(text)


class TestAliases:
    """Promised: "latest and labels that look like versions are reserved"."""

    @pytest.mark.parametrize("text", ["champion", "challenger-2", "_1", "A", "v", "vx1", "production", "x" * 128])
    def test_these_are(self, text: str) -> None:
        assert AliasName.parse(text) == text

    @pytest.mark.parametrize(
        "text", ["", "-a", "a.b", "a b", "@a", "a\n", "x" * 129, *LOOKALIKES, *SEPARATORS], ids=ascii
    )
    def test_these_are_none(self, text: str) -> None:
        assert code_of(AliasName.parse, text) == "invalid"

    @pytest.mark.parametrize("text", ["latest", "Latest", "LATEST", "1", "1x", "v1", "V2", "2026-11-01", "0_a"])
    def test_words_with_another_meaning_are_reserved(self, text: str) -> None:
        assert code_of(AliasName.parse, text) == "reserved"

    @given(text=st.text(st.sampled_from("vV0123456789abAB._+-"), max_size=6))
    def test_no_text_is_an_alias_and_a_label(self, text: str) -> None:
        accepted = []
        for kind in (AliasName, VersionLabel):
            try:
                accepted.append(kind.parse(text))
            except InvalidFields:
                continue
        assert len(accepted) < 2


class TestReferences:
    """Promised: "wherever a path takes a version: a label, latest (the highest), or @alias"."""

    @pytest.mark.parametrize(
        ("text", "label", "alias"),
        [
            *(("1.2.0", "1.2.0", None), ("v7", "v7", None)),
            *(("@champion", None, "champion"), ("@v", None, "v")),
            *(("latest", None, None), ("LATEST", None, None), ("@latest", None, None), ("@Latest", None, None)),
        ],
    )
    def test_one_of_three_is_meant(self, text: str, label: str | None, alias: str | None) -> None:
        reference = VersionReference.parse(FRAUD, text)

        assert (reference.label, reference.alias) == (label, alias)
        assert reference.is_latest == (label is None and alias is None)

    @pytest.mark.parametrize(("text", "said"), [("1.2.0", "1.2.0"), ("@champion", "@champion"), ("@latest", "latest")])
    def test_it_is_written_as_it_is_read(self, text: str, said: str) -> None:
        assert str(VersionReference.parse(FRAUD, text)) == said

    @pytest.mark.parametrize(
        "text", ["", "@", "champion", "@1.2.0", "@@a", "1/2", "@a b", "latest ", "@-", "\uff2catest"]
    )
    def test_what_can_mean_nothing_is_missing(self, text: str) -> None:
        with pytest.raises(VersionNotFound):
            VersionReference.parse(FRAUD, text)


class TestUsernames:
    def test_letters_are_folded_so_that_two_never_look_alike(self) -> None:
        assert parse_username("Ada@Example.org") == "ada@example.org"

    @pytest.mark.parametrize("text", ["", "@a", "-a", "a b", "a#b", "a/b", "é", "a\n", "a" * 151], ids=ascii)
    def test_these_are_none(self, text: str) -> None:
        assert code_of(parse_username, text) == "invalid"
