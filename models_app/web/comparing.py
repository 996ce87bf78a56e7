"""Two to five versions side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from models_app.api.versions import VersionRepresentation
from models_app.domain.actors import Actor
from models_app.domain.documents import canonical_json
from models_app.domain.errors import InvalidFields
from models_app.domain.models import ModelId
from models_app.domain.versions import VersionReference
from models_app.services import versions
from models_app.web.charts import bar, float_of
from models_app.web.frame import actor_of, frame_of
from models_app.web.pages.values import MAX_ROWS, NONE, columns_of, flat, number, text_of
from models_app.web.pages.versions import MAX_VERSIONS_COMPARED

FEWEST, MOST = 2, MAX_VERSIONS_COMPARED
FACTS = {
    "status": "Status",
    "framework": "Framework",
    "frameworkVersion": "Framework version",
    "deploymentTarget": "Target",
    "s3Uri": "Artifact",
    "sha256": "SHA-256",
    "sizeBytes": "Size in bytes",
    "createdBy": "Registered by",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one version has in a row.

    Attributes:
        difference: of a metric, to the first version; empty where there is none.
        bar: of a metric, its size among the others.
    """

    text: str
    difference: str = ""
    bar: SafeString = SafeString("")  # noqa: RUF009 - a text, which does not change


@dataclass(frozen=True, slots=True)
class Row:
    """One thing of all versions."""

    name: str
    cells: list[Cell]
    differs: bool


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of one kind; ``hidden`` more are left out."""

    name: str
    rows: list[Row]
    hidden: int = 0


@require_safe
def compare(request: HttpRequest, model_id: str) -> HttpResponse:
    """The page: ``?version=1.0.0&version=1.1.0``. One call a version.

    Raises:
        InvalidFields: fewer than two versions, or more than five.
        VersionNotFound: one of them is none that the user may see.
    """
    model = ModelId.parse(model_id)
    found = find(actor_of(request), model, request.GET.getlist("version"))
    context = {"model_id": str(model), "versions": found, "sections": sections_of(found)}
    return render(request, "web/compare.html", frame_of(request) | context)


def find(actor: Actor, model: ModelId, asked: Sequence[str]) -> list[dict[str, Any]]:
    """The versions that are asked for, as the API tells them; one that is named twice, once."""
    names = list(dict.fromkeys(asked))
    references = [VersionReference.parse(model, name) for name in names[: MOST + 1]]
    if not FEWEST <= len(names) <= MOST:
        detail = f"Choose {FEWEST} to {MOST} versions to compare; these are {len(names)}."
        raise InvalidFields.one("version", "out-of-range", detail)
    represent = VersionRepresentation().to_representation
    return [represent(versions.get_version(actor=actor, reference=each)) for each in references]


def sections_of(found: Sequence[Mapping[str, Any]]) -> list[Section]:
    """All that is compared, without the kinds that no version has."""
    sections = [
        _section("Metrics", [each["metrics"] for each in found], is_measured=True),
        _section("Parameters", [dict(flat(each["metadata"])) for each in found]),
        _section("Tags", [each["tags"] for each in found]),
        _section("Signature", [_types(each["signature"]) for each in found]),
        _section("Artifact", [{said: each[name] for name, said in FACTS.items()} for each in found], in_order=True),
    ]
    return [section for section in sections if section.rows]


def _types(signature: Mapping[str, Any] | None) -> dict[str, str]:
    columns = ((part, *column) for part, listed in columns_of(signature) for column in listed)
    return {f"{part} {name}": f"{kind} {rest}".strip() for part, name, kind, rest in columns}


def _section(
    name: str, columns: Sequence[Mapping[str, Any]], *, is_measured: bool = False, in_order: bool = False
) -> Section:
    named = list(dict.fromkeys(key for column in columns for key in column))
    names = named if in_order else sorted(named)
    rows = [_row(each, [column.get(each) for column in columns], is_measured=is_measured) for each in names[:MAX_ROWS]]
    return Section(name, rows, hidden=len(names[MAX_ROWS:]))


def _row(name: str, values: Sequence[Any], *, is_measured: bool) -> Row:
    differs = len({canonical_json(value) for value in values}) > 1
    present = [value for value in values if value is not None]
    first = values[0]
    cells = [
        Cell(
            text=NONE if value is None else text_of(value),
            difference=_difference(value, first) if is_measured and at and None not in (value, first) else "",
            bar=bar(value, among=present) if is_measured and value is not None else SafeString(""),
        )
        for at, value in enumerate(values)
    ]
    return Row(name, cells, differs)


def _difference(value: float, first: float) -> str:
    distance = float_of(value) - float_of(first)
    if distance == 0:
        return "±0"
    return number(distance) if distance < 0 else f"+{number(distance)}"
