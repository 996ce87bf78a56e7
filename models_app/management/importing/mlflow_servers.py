"""An MLflow server's models, read over its REST API: any server of MLflow's, or another registry's face.

What its versions say of runs is kept as lineage, stages as the tag that our own face keeps them in.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError

from models_app.domain import clock, documents
from models_app.management.importing.entries import Entries, Entry, Unusable
from models_app.mlflow.calls import WORKSPACE
from models_app.mlflow.filters import IS_PROMPT
from models_app.mlflow.model_versions import ORIGIN, framework_of
from models_app.mlflow.representations import NO_STAGE
from models_app.mlflow.sources import OF_A_VERSION
from models_app.mlflow.values import STAGE_TAG

PAGE = 100
MAX_ANSWER_BYTES = 64 * 1024 * 1024
TIMEOUT_SECONDS = 60.0
RETRIES = urllib3.Retry(
    total=6, redirect=3, backoff_factor=0.5, status_forcelist=(429, 500, 502, 503, 504), raise_on_status=False
)
OK = 200
READY = ("READY", "")


def read(uri: str) -> Entries:
    """The entries of a server: each model, its versions, its aliases. The variables of MLflow's client say who asks.

    Raises:
        Unusable: there is no such server, it refuses, or its answer is none of MLflow's.
    """
    server = _Server(uri)
    numbers = count(1)
    for model in server.models():
        name = str(model.get("name", ""))
        labels: dict[str, str] = {}  # of versions that are known there by a number beside their label
        yield Entry(line=next(numbers), document=_model(model), size_bytes=len(json.dumps(model)))
        for version in server.versions(name, is_prompt=_tags(model).get(IS_PROMPT) == "true"):
            if (state := version.get("status", "")) not in READY:
                complaint = f"Version {version.get('version')} of {name[:128]} is {state} there: nothing to register."
                yield Entry(line=next(numbers), complaint=complaint)
                continue
            if label := version.get("registry_label"):
                labels[str(version.get("version"))] = str(label)
            document = _version(version, copied_from=server.origin(version))
            yield Entry(line=next(numbers), document=document, size_bytes=len(json.dumps(version)))
        for alias in model.get("aliases", []):
            document = {
                "kind": "alias",
                "modelName": name,
                "alias": alias.get("alias"),
                "version": labels.get(str(alias.get("version")), str(alias.get("version"))),
            }
            yield Entry(line=next(numbers), document=document)


class _Server:
    """Calls to one server. Credentials are not handed on when it redirects to another."""

    def __init__(self, uri: str) -> None:
        if not uri.startswith(("http://", "https://")):
            raise Unusable("An MLflow server is named by its http or https address.")
        self.base = f"{uri.rstrip('/')}/api/2.0/mlflow/"
        self.headers = _headers()
        self.http = urllib3.PoolManager(timeout=TIMEOUT_SECONDS, retries=RETRIES)

    def pages(self, path: str, name: str, **fields: str) -> Iterator[Mapping[str, Any]]:
        """All entries of a search."""
        token = ""
        while True:
            page = self.get(path, max_results=str(PAGE), **fields, **({"page_token": token} if token else {}))
            yield from page.get(name, [])
            following = page.get("next_page_token", "")
            if not following:
                return
            if following == token:
                raise Unusable("The server gives the same page again and again.")
            token = following

    def models(self) -> Iterator[Mapping[str, Any]]:
        """All models, and all prompts, which a search hides unless it asks."""
        for is_prompt, sign in ((False, "!="), (True, "=")):
            wanted = f"tags.`{IS_PROMPT}` {sign} 'true'"
            for model in self.pages("registered-models/search", "registered_models", filter=wanted):
                if (_tags(model).get(IS_PROMPT) == "true") is is_prompt:  # not every server keeps to a filter
                    yield model

    def versions(self, model: str, *, is_prompt: bool) -> Iterator[Mapping[str, Any]]:
        """A model's versions, the lowest first where the server keeps to the order that is asked for."""
        quote = '"' if "'" in model else "'"
        if quote in model:
            raise Unusable(f"No filter can name the model {model[:128]!r}; rename it there first.")
        wanted = f"name = {quote}{model}{quote}"
        if is_prompt:  # a search hides them unless it asks
            wanted += f" AND tags.`{IS_PROMPT}` = 'true'"
        yield from self.pages("model-versions/search", "model_versions", filter=wanted, order_by="version_number ASC")

    def origin(self, version: Mapping[str, Any]) -> str | None:
        """Where the artifact of a copy is, or None of what is no copy."""
        if not OF_A_VERSION.fullmatch(str(version.get("source", ""))):
            return None
        named = {"name": str(version.get("name")), "version": str(version.get("version"))}
        return str(self.get("model-versions/get-download-uri", **named).get("artifact_uri", "")) or None

    def get(self, path: str, **fields: str) -> dict[str, Any]:
        """An answer of the server."""
        try:
            url = self.base + path
            answer = self.http.request("GET", url, fields=fields, headers=self.headers, preload_content=False)
            body = answer.read(MAX_ANSWER_BYTES + 1)
            answer.release_conn()
        except HTTPError as failure:
            raise Unusable(f"The MLflow server does not answer: {type(failure).__name__}.") from failure
        if len(body) > MAX_ANSWER_BYTES:
            raise Unusable(f"The answer to {path} has more than {MAX_ANSWER_BYTES} bytes.")
        try:
            document = documents.read_object(body.decode(), name=f"The answer to {path}")
        except ValueError as wrong:  # not UTF-8, or Unreadable
            raise Unusable(f"This is no MLflow server ({answer.status} to {path}): {wrong}") from wrong
        if answer.status != OK:
            told = f"{document.get('error_code', answer.status)}: {str(document.get('message', ''))[:300]}"
            raise Unusable(f"The MLflow server refuses {path}. {told}")
        return document


def _headers() -> dict[str, str]:
    """Who asks, from the variables of MLflow's client: a name and password before a token, as there."""
    headers = {}
    username, password = os.environ.get("MLFLOW_TRACKING_USERNAME"), os.environ.get("MLFLOW_TRACKING_PASSWORD")
    if username and password:
        headers = urllib3.make_headers(basic_auth=f"{username}:{password}")
    elif token := os.environ.get("MLFLOW_TRACKING_TOKEN"):
        headers = {"authorization": f"Bearer {token}"}
    if workspace := os.environ.get("MLFLOW_WORKSPACE"):
        headers[WORKSPACE] = workspace
    return dict(headers)


def _model(model: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": "model",
        "modelName": model.get("name"),
        "description": model.get("description", ""),
        "tags": _tags(model),
        **_made(model),
    }


def _version(version: Mapping[str, Any], *, copied_from: str | None) -> dict[str, Any]:
    tags = _tags(version)
    stage = version.get("current_stage") or NO_STAGE
    lineage = {kept: version[name] for name, kept in ORIGIN.items() if version.get(name)}
    if copied_from is not None:
        lineage["source"] = version.get("source")
    made = _made(version)
    number, label = str(version.get("version")), version.get("registry_label")
    return {
        "kind": "version",
        "modelName": version.get("name"),
        "version": str(label or number),
        **({"sequence": int(number)} if label and number.isdecimal() and label != number else {}),
        "framework": framework_of(tags),
        "s3Uri": copied_from or version.get("source"),
        "description": version.get("description", ""),
        "tags": tags if stage == NO_STAGE else tags | {STAGE_TAG: stage},
        "lineage": lineage or None,
        **made,
        **({"updatedBy": made["createdBy"]} if "createdBy" in made else {}),
    }


def _made(thing: Mapping[str, Any]) -> dict[str, str]:
    """When and by whom something was made, and when it last changed."""
    made = {}
    for name, ours in (("creation_timestamp", "createdAt"), ("last_updated_timestamp", "updatedAt")):
        if moment := str(thing.get(name) or ""):
            made[ours] = _instant(moment)
    if person := thing.get("user_id"):
        made["createdBy"] = str(person)
    return made


def _instant(moment: str) -> str:
    """Milliseconds in our form; what are none is left for the row's check to refuse."""
    try:
        return clock.wire(clock.from_milliseconds(int(moment)))
    except (ValueError, OverflowError, OSError):
        return moment


def _tags(thing: Mapping[str, Any]) -> dict[str, Any]:
    return {str(pair.get("key")): pair.get("value", "") for pair in thing.get("tags", [])}
