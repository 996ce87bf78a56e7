"""Searching models and versions. A page costs a bounded number of calls; where that ends it early, a token goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from models_app.domain import clock, documents
from models_app.domain.errors import InvalidFields, ModelNotFound
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelFilter, ModelId, ModelName, RegisteredModel
from models_app.domain.pages import FILTERED_BATCH
from models_app.domain.versions import ModelVersion
from models_app.mlflow import pages
from models_app.mlflow.calls import Call
from models_app.mlflow.filters import IS_PROMPT, OF_MODELS, OF_VERSIONS, Filter, parse_filter, parse_order
from models_app.mlflow.refusals import invalid
from models_app.mlflow.representations import (
    model_body,
    run_of,
    source_of,
    summary_body,
    tags_of,
    version_body,
)
from models_app.mlflow.sources import is_prompt
from models_app.services import models

MAX_MODELS = 1000
MAX_VERSIONS = 200_000  # that may be asked for; a page has no more than fit into Lambda's 6 MB
MOST_VERSIONS = 1000
PAGE_BYTES = 4_000_000
MOST_BYTES_A_CHARACTER = 6
MAX_CALLS = 20

TOO_MANY = "Invalid page token, for the model has got more versions than are put in order"

# What the other fields of one of them take in an answer.
A_LITTLE_MORE = 1000

T = TypeVar("T", bound=RegisteredModel | ModelVersion)

MODEL_ORDER = {"name": "name", "timestamp": "timestamp", "last_updated_timestamp": "timestamp"}
VERSION_ORDER = {each: each for each in ("name", "version_number", "creation_timestamp", "last_updated_timestamp")}


def search_models(call: Call) -> dict[str, Any]:
    """A page of models that a filter takes, by name or by last change."""
    limit = call.whole("max_results", default=100, most=MAX_MODELS)
    conditions = parse_filter(call.text("filter", default=""), OF_MODELS)
    order = parse_order(call.texts("order_by"), MODEL_ORDER, what="Invalid order by key")
    key, descending = order[0] if order else ("name", False)
    by_update = key == "timestamp"
    token = call.text("page_token", default="")
    name, at = pages.open_models(token) if token else (None, None)
    found: list[RegisteredModel] = []
    more = True
    for _ in range(MAX_CALLS):
        looked_at, more = models.list_models(
            actor=call.actor,
            team=call.team,
            narrowed=ModelFilter(name_prefix=_prefix(conditions)),
            by_update=by_update,
            descending=descending,
            limit=max(limit + 1 - len(found), FILTERED_BATCH if conditions else 0),
            after=ModelId(call.team, name) if name else None,
            after_update=at if by_update else None,
        )
        found += [model for model in looked_at if _takes_model(conditions, model)]
        if len(found) > limit or not more:
            break
        name, at = looked_at[-1].id.name, looked_at[-1].updated_at
        if len(_that_fit(found)) < len(found):
            break
    page = _that_fit(found[:limit])
    body: dict[str, Any] = {"registered_models": [_listed(model) for model in page]}
    if len(found) > len(page):
        name, at = page[-1].id.name, page[-1].updated_at
        more = True
    if more and name and at:
        body["next_page_token"] = pages.seal(name=name, at=clock.wire(at))
    return body


def search_versions(call: Call) -> dict[str, Any]:
    """A page of versions that a filter takes.

    Of one model that the filter names they come in the wanted order, as long as it has no more than a page takes; else
    they are ordered within the page, and come model by model, the highest first.
    """
    limit = min(call.whole("max_results", default=MAX_VERSIONS, most=MAX_VERSIONS), MOST_VERSIONS)
    conditions = parse_filter(call.text("filter", default=""), OF_VERSIONS)
    order = parse_order(call.texts("order_by"), VERSION_ORDER, what="Invalid attribute key")
    token = call.text("page_token", default="")
    shown = pages.open_place(token) if token else 0
    exact = _named(conditions)
    if exact is not None and shown is not None:
        return _search_one(call, exact, conditions, order, shown=shown, limit=limit)
    if token and shown is not None:
        raise invalid(TOO_MANY)
    page, place = _gather(call, conditions, token, limit)
    return _page(_ordered(page, order), place)


def _search_one(
    call: Call, exact: str, conditions: Filter, order: Sequence[tuple[str, bool]], *, shown: int, limit: int
) -> dict[str, Any]:
    """A page of one model, behind so many that were shown; the first page alone, of one with too many to order."""
    found, rest = _highest(call, exact)
    taken = [version for version in found if _takes_version(conditions, version)]
    if rest is None:
        return _slice(_ordered(taken, order), shown, limit)
    if shown:
        raise invalid(TOO_MANY)
    page = _that_fit(taken[:limit])
    return _page(_ordered(page, order), _place(page[-1]) if len(taken) > len(page) else rest)


def _gather(
    call: Call, conditions: Filter, token: str, limit: int
) -> tuple[Sequence[ModelVersion], dict[str, str] | None]:
    """A page of what a filter takes, and the place where the next one begins; None at the end. Twenty calls at most."""
    found: list[ModelVersion] = []
    place: dict[str, str] | None = None
    for calls, (rest, looked_at) in enumerate(_walk(call, conditions, token, limit), start=1):
        for version in looked_at:
            if _takes_version(conditions, version):
                found.append(version)
                if len(found) > limit:
                    break
            place = _place(version)
        place = rest or place
        if len(found) > limit or len(_that_fit(found)) < len(found) or calls == MAX_CALLS:
            break
    else:
        place = None
    page = _that_fit(found[:limit])
    return page, _place(page[-1]) if len(found) > len(page) else place


def _place(version: ModelVersion) -> dict[str, str]:
    return {"name": version.model.name, "version": version.label}


def _slice(ordered: Sequence[ModelVersion], shown: int, limit: int) -> dict[str, Any]:
    page = _that_fit(ordered[shown : shown + limit])
    is_more = len(ordered) > shown + len(page)
    return _page(page, {"shown": str(shown + len(page))} if is_more else None)


def _page(shown: Sequence[ModelVersion], place: Mapping[str, str] | None) -> dict[str, Any]:
    body: dict[str, Any] = {"model_versions": [version_body(version, with_aliases=False) for version in shown]}
    if place is not None:
        body["next_page_token"] = pages.seal(**place)
    return body


def _that_fit(found: Sequence[T]) -> Sequence[T]:
    """As many as one answer takes, and at least one: an answer on Lambda has 6 MB, and a prompt up to 200 KB."""
    if sum(map(_most_bytes, found)) <= PAGE_BYTES:
        return found
    left = PAGE_BYTES
    for place, each in enumerate(found):
        left -= documents.size_bytes(_texts(each)) + A_LITTLE_MORE
        if left < 0 and place:
            return found[:place]
    return found


def _most_bytes(each: RegisteredModel | ModelVersion) -> int:
    """What one of them takes at most: JSON writes a character in six bytes, if it must."""
    return MOST_BYTES_A_CHARACTER * len("".join(_texts(each))) + A_LITTLE_MORE


def _texts(each: RegisteredModel | ModelVersion) -> list[str]:
    """Those texts of one of them that may be long."""
    if isinstance(each, ModelVersion):
        return [each.mutable.description, *each.mutable.tags, *each.mutable.tags.values()]
    latest = each.latest.tags if each.latest else {}
    return [each.description, *each.tags, *each.tags.values(), *latest, *latest.values()]


def _named(conditions: Filter) -> str | None:
    """The one name that a filter takes, or None."""
    return next((str(c.value) for c in conditions if not c.is_tag and c.key == "name" and c.operator == "="), None)


def _highest(call: Call, text: str) -> tuple[Sequence[ModelVersion], dict[str, str] | None]:
    """The versions of a model that a filter names, as many as are put in order, and where the others begin.

    One call; up to four for versions with much in them, of which four megabytes are not too many.
    """
    if (name := _name(text)) is None:
        return [], None
    try:
        found, rest = models.list_versions(actor=call.actor, model_id=ModelId(call.team, name), limit=MOST_VERSIONS)
    except ModelNotFound:
        return [], None
    return found, {"name": name, "version": rest} if rest is not None else None


def _walk(
    call: Call, conditions: Filter, token: str, limit: int
) -> Iterator[tuple[dict[str, str] | None, Sequence[ModelVersion]]]:
    """The versions of one model, or of all that a filter's name may mean: what each call brings, and where it goes on.

    A call may bring none: one that lists models, or one that meets deleted versions alone.
    """
    name, below = pages.open_versions(token) if token else (None, None)
    # Where nothing but the name is asked for, nearly all are taken, and there is no use in looking at more.
    batch_size = FILTERED_BATCH if any(each.key != "name" for each in conditions) else min(limit + 1, FILTERED_BATCH)
    if name and below:
        yield from _versions_of(call, ModelId(call.team, name), below, batch_size)
    exact = _named(conditions)
    if exact is not None:
        if not name and (wanted := _name(exact)):
            yield from _versions_of(call, ModelId(call.team, wanted), None, batch_size)
        return
    more = True
    while more:
        batch, more = models.list_models(
            actor=call.actor,
            team=call.team,
            narrowed=ModelFilter(name_prefix=_prefix(conditions)),
            limit=FILTERED_BATCH,
            after=ModelId(call.team, name) if name else None,
        )
        yield {"name": name} if name else None, []  # that was a call, too
        for model in batch:
            name = model.id.name
            if model.latest is not None:
                yield from _versions_of(call, model.id, None, batch_size)


def _versions_of(
    call: Call, model_id: ModelId, below: VersionLabel | None, batch_size: int
) -> Iterator[tuple[dict[str, str] | None, Sequence[ModelVersion]]]:
    more = True
    while more:
        try:
            batch, below = models.list_versions(actor=call.actor, model_id=model_id, limit=batch_size, below=below)
        except ModelNotFound:
            return  # a search for what is not there finds nothing
        more = below is not None
        yield {"name": model_id.name, "version": below} if below else None, batch


def _name(text: str) -> ModelName | None:
    """A name that a model may have; a search for another one finds nothing."""
    try:
        return ModelName.parse(text)
    except InvalidFields:
        return None


def _takes_model(conditions: Filter, model: RegisteredModel) -> bool:
    if _hides(model.tags, conditions):
        return False
    return all(each.holds({"name": model.id.name}, model.tags) for each in conditions)


def _hides(tags: Mapping[str, str], conditions: Filter) -> bool:
    """Prompts are no models, unless somebody asks for them."""
    return is_prompt(tags) and not any(each.key == IS_PROMPT for each in conditions)


def _takes_version(conditions: Filter, version: ModelVersion) -> bool:
    tags = tags_of(version)
    if _hides(tags, conditions):
        return False
    attributes = {"name": version.model.name, "run_id": run_of(version), "source_path": source_of(version)}
    numbers = {"version_number": int(version.number)} if version.number.isdecimal() else {}
    return all(each.holds(attributes | numbers, tags) for each in conditions)


def _prefix(conditions: Filter) -> str:
    """What every name begins with that a filter can take: this many fewer models to look at."""
    for each in conditions:
        if not each.is_tag and each.key == "name":
            if each.operator == "=":
                return str(each.value)
            if each.operator == "LIKE":
                return str(each.value).partition("%")[0].partition("_")[0]
    return ""


def _ordered(page: Sequence[ModelVersion], order: Sequence[tuple[str, bool]]) -> list[ModelVersion]:
    """By the wanted keys; then as MLflow does: the last changed first, then by name, then the highest first."""
    keys = {
        "name": lambda version: version.model.name,
        "version_number": lambda version: int(version.number) if version.number.isdecimal() else 0,
        "creation_timestamp": lambda version: clock.to_milliseconds(version.created_at),
        "last_updated_timestamp": lambda version: clock.to_milliseconds(version.updated_at),
    }
    wanted = [*order, ("last_updated_timestamp", True), ("name", False), ("version_number", True)]
    ordered = list(page)
    for key, descending in reversed(wanted):  # sorting is stable: the last key first
        ordered.sort(key=keys[key], reverse=descending)
    return ordered


def _listed(model: RegisteredModel) -> dict[str, Any]:
    return model_body(model, [summary_body(model, model.latest)] if model.latest else [])
