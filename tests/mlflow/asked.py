"""What MLflow's own server was asked, so that this face can be held against its answers. See ``record``.

The requests of a scene are made one after the other in an empty registry. A request says where this face answers
otherwise on purpose, and why; what is not declared here is a bug.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

# Stands for the page token of the answer before.
TOKEN = "<the token of the answer before>"


@dataclass(frozen=True, slots=True)
class Otherwise:
    """How this face differs from MLflow's server in one answer. ``begins`` is the beginning of its sentence."""

    because: str
    status: int = 400
    code: str = "INVALID_PARAMETER_VALUE"
    begins: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: a query for GET, else a JSON body."""

    method: str
    address: str
    given: Mapping[str, Any] | str
    otherwise: Otherwise | None = None

    def but(self, otherwise: Otherwise) -> Self:
        """The same, answered otherwise."""
        return replace(self, otherwise=otherwise)


def get(address: str, **given: Any) -> Asked:
    """A query."""
    return Asked("GET", address, given)


def post(address: str, **given: Any) -> Asked:
    """A body for POST."""
    return Asked("POST", address, given)


def patch(address: str, **given: Any) -> Asked:
    """A body for PATCH."""
    return Asked("PATCH", address, given)


def delete(address: str, **given: Any) -> Asked:
    """A body for DELETE."""
    return Asked("DELETE", address, given)


def tags(**given: str) -> list[dict[str, str]]:
    """Tags as they are sent."""
    return [{"key": key, "value": value} for key, value in given.items()]


# Why answers differ ---------------------------------------------------------------------------------------------------

NO_JSON = Otherwise("It takes what is no JSON for an empty body, or fails with 500.", code="BAD_REQUEST")
A_CRASH = Otherwise("It fails with 500, which the client repeats for minutes.")
NO_RUNS = Otherwise("It knows its own runs and logged models; this registry knows none, and takes them as given.", 200)
LOCAL = Otherwise(
    "It tells of runs, of which this registry knows nothing.",
    begins="Invalid model version source: ",
)
TOKENS = Otherwise(
    "It lists its parser's tokens, this face quotes the clause.",
    begins="Invalid clause(s) in filter string: ",
)
NO_ADDRESS = Otherwise("It answers with a page of HTML, and 405 for a method.", 404, "ENDPOINT_NOT_FOUND")
ANY_ORDER = "It lists the keys in another order each time that it is started."
OF_MODELS = Otherwise(ANY_ORDER, begins="Invalid order by key 'c")
OF_VERSIONS = Otherwise(ANY_ORDER, begins="Invalid attribute key '")
NO_PAGE = Otherwise("It answers an empty page with a token, for ever.", begins="Invalid value for max_results.")
HIGHEST_ONLY = Otherwise("In a list, a model shows its highest version, without a description.", 200)
WITHIN_A_PAGE = Otherwise("Versions of several models are ordered within a page, and come the highest first.", 200)

MODEL, VERSION = "registered-models", "model-versions"
CREATE_MODEL, CREATE = f"{MODEL}/create", f"{VERSION}/create"
FIND_MODELS, FIND = f"{MODEL}/search", f"{VERSION}/search"
FRAUD = post(CREATE_MODEL, name="fraud")
FIRST = post(CREATE, name="fraud", source="s3://models/fraud/1")
SECOND = post(CREATE, name="fraud", source="s3://models/fraud/2", description="second", tags=tags(owner="risk"))

SCENES: dict[str, list[Asked]] = {
    "making models": [
        post(CREATE_MODEL, name="fraud", description="Card fraud", tags=tags(owner="risk", tier="1")),
        post(CREATE_MODEL, name="fraud"),
        post(CREATE_MODEL, name="Fraud"),
        post(CREATE_MODEL),
        post(CREATE_MODEL, name=""),
        post(CREATE_MODEL, name=None),
        post(CREATE_MODEL, name=7),
        post(CREATE_MODEL, name=["fraud"]),
        post(CREATE_MODEL, name={"a": 1}),
        post(CREATE_MODEL, name=True),
        post(CREATE_MODEL, name="a/b"),
        post(CREATE_MODEL, name="a:b"),
        post(CREATE_MODEL, name=".."),
        post(CREATE_MODEL, name="  "),
        post(CREATE_MODEL, name="with spaces and.dots_-1"),
        post(CREATE_MODEL, name="tagged twice", tags=[*tags(a="1"), *tags(a="2")]),
        post(CREATE_MODEL, name="odd tags", tags=tags(**{"a b/c:d.e-f": "x"})),
        post(CREATE_MODEL, name="bad tag", tags=tags(**{"a,b": "x"})),
        post(CREATE_MODEL, name="no key", tags=[{"value": "x"}]),
        post(CREATE_MODEL, name="no value", tags=[{"key": "x"}]),
        post(CREATE_MODEL, name="long key", tags=tags(**{"k" * 251: "x"})),
        post(CREATE_MODEL, name="long value", tags=tags(k="x" * 5001)),
        post(CREATE_MODEL, name="tags as text", tags="x"),
        post(CREATE_MODEL, name="a tag as text", tags=["x"]).but(
            Otherwise("It takes what is no object for an empty one.", begins='Invalid value ["x"] for parameter')
        ),
        post(CREATE_MODEL, name="unknown field", colour="red"),
        get(f"{MODEL}/get", name="fraud"),
        get(f"{MODEL}/get", name="nope"),
        get(f"{MODEL}/get", name="a/b"),
        get(f"{MODEL}/get"),
        Asked("POST", CREATE_MODEL, ""),
        Asked("POST", CREATE_MODEL, "{").but(NO_JSON),
        Asked("POST", CREATE_MODEL, "[]").but(NO_JSON),
        Asked("POST", CREATE_MODEL, "7").but(NO_JSON),
        Asked("POST", CREATE_MODEL, '"{\\"name\\": \\"encoded twice\\"}"'),
    ],
    "changing models": [
        FRAUD,
        patch(f"{MODEL}/update", name="fraud", description="Card fraud"),
        patch(f"{MODEL}/update", name="fraud"),
        patch(f"{MODEL}/update", name="nope", description="x"),
        patch(f"{MODEL}/update", description="x"),
        patch(f"{MODEL}/update", name="fraud", description=7),
        post(f"{MODEL}/set-tag", name="fraud", key="owner", value="risk"),
        post(f"{MODEL}/set-tag", name="fraud", key="owner", value="cards"),
        post(f"{MODEL}/set-tag", name="fraud", key="empty", value=""),
        post(f"{MODEL}/set-tag", name="fraud", key="none"),
        post(f"{MODEL}/set-tag", name="fraud", value="x"),
        post(f"{MODEL}/set-tag", name="fraud", key="a?b", value="x"),
        post(f"{MODEL}/set-tag", name="fraud", key="owner", value=7),
        post(f"{MODEL}/set-tag", name="fraud", key="../x", value="x"),
        post(f"{MODEL}/set-tag", name="fraud", key="long", value="x" * 100_001),
        post(f"{MODEL}/set-tag", name="nope", key="owner", value="x"),
        delete(f"{MODEL}/delete-tag", name="fraud", key="empty"),
        delete(f"{MODEL}/delete-tag", name="fraud", key="empty"),
        delete(f"{MODEL}/delete-tag", name="fraud", key="never there"),
        delete(f"{MODEL}/delete-tag", name="fraud"),
        delete(f"{MODEL}/delete-tag", name="fraud", key="a?b"),
        delete(f"{MODEL}/delete-tag", name="nope", key="owner"),
        get(f"{MODEL}/get", name="fraud"),
    ],
    "registering versions": [
        FRAUD,
        FIRST,
        SECOND,
        post(CREATE, name="fraud", source="s3://models/fraud/1"),
        post(CREATE, name="fraud", source="s3://m/x", run_id="4f2a", run_link="http://runs/4f2a"),
        post(CREATE, name="nope", source="s3://models/x"),
        post(CREATE, source="s3://models/x"),
        post(CREATE, name="fraud"),
        post(CREATE, name="fraud", source=""),
        post(CREATE, name="fraud", source=7),
        post(CREATE, name="fraud", source="/tmp/x").but(LOCAL),
        post(CREATE, name="fraud", source="file:///tmp/x").but(LOCAL),
        post(CREATE, name="fraud", source="model").but(LOCAL),
        post(CREATE, name="fraud", source="s3://b/../x"),
        post(CREATE, name="fraud", source="s3://b/%2e%2e/x"),
        post(CREATE, name="fraud", source="models:/nope/1"),
        post(CREATE, name="fraud", source="models:/fraud/9"),
        post(CREATE, name="fraud", source="models:/fraud@nobody"),
        post(CREATE, name="fraud", source="models:/fraud/1"),
        post(CREATE, name="fraud", source="runs:/4f2a/model", run_id="4f2a"),
        post(CREATE, name="fraud", source="gs://models/fraud"),
        post(CREATE, name="fraud", source="dummy-source").but(LOCAL),
        post(CREATE, name="fraud", source="s3://m/x", tags=tags(**{"a,b": "x"})),
        post(CREATE, name="fraud", source="s3://m/x", tags=[{"key": "x"}]),
        post(CREATE, name="fraud", source="s3://m/x", tags=[{"value": "x"}]),
        get(f"{VERSION}/get", name="fraud", version="2"),
        get(f"{VERSION}/get", name="fraud", version="99"),
        get(f"{VERSION}/get", name="fraud", version="abc"),
        get(f"{VERSION}/get", name="fraud", version="1.0").but(
            Otherwise("Labels from the REST API are taken too.", 404, "RESOURCE_DOES_NOT_EXIST")
        ),
        get(f"{VERSION}/get", name="fraud", version="-1"),
        get(f"{VERSION}/get", name="fraud", version="0"),
        get(f"{VERSION}/get", name="fraud"),
        get(f"{VERSION}/get", version="1"),
        get(f"{VERSION}/get", name="nope", version="1"),
        get(f"{VERSION}/get-download-uri", name="fraud", version="1"),
        get(f"{VERSION}/get-download-uri", name="fraud", version="99"),
        get(f"{VERSION}/get-download-uri", name="fraud", version="x"),
        get(f"{VERSION}/get-download-uri", name="fraud").but(
            Otherwise("It says of what is missing that it is no integer.", begins="Missing value for required")
        ),
        get(f"{MODEL}/get", name="fraud"),
    ],
    "sources of others": [
        FRAUD,
        post(CREATE, name="fraud", source="models:/m-0123456789abcdef").but(NO_RUNS),
        post(CREATE, name="fraud", source="runs:/4f2a/model", run_id="other").but(NO_RUNS),
        post(CREATE, name="fraud", source="runs:/4f2a/model").but(NO_RUNS),
        post(CREATE, name="fraud", source="mlflow-artifacts:/0/4f2a/artifacts/model").but(NO_RUNS),
    ],
    "changing versions": [
        FRAUD,
        FIRST,
        SECOND,
        patch(f"{VERSION}/update", name="fraud", version="1", description="first"),
        patch(f"{VERSION}/update", name="fraud", version="2"),
        patch(f"{VERSION}/update", name="fraud", version="9", description="x"),
        patch(f"{VERSION}/update", name="fraud", version="x", description="x"),
        patch(f"{VERSION}/update", name="nope", version="1", description="x"),
        patch(f"{VERSION}/update", version="1", description="x"),
        patch(f"{VERSION}/update", name="fraud", description="x"),
        post(f"{VERSION}/set-tag", name="fraud", version="1", key="owner", value="risk"),
        post(f"{VERSION}/set-tag", name="fraud", version="1", key="empty", value=""),
        post(f"{VERSION}/set-tag", name="fraud", version="1", key="none"),
        post(f"{VERSION}/set-tag", name="fraud", version="1", value="x"),
        post(f"{VERSION}/set-tag", name="fraud", key="a", value="x"),
        post(f"{VERSION}/set-tag", name="fraud", version="9", key="a", value="x"),
        post(f"{VERSION}/set-tag", name="fraud", version="x", key="a", value="x"),
        post(f"{VERSION}/set-tag", name="fraud", version="1", key="a|b", value="x"),
        delete(f"{VERSION}/delete-tag", name="fraud", version="1", key="owner"),
        delete(f"{VERSION}/delete-tag", name="fraud", version="1", key="owner"),
        delete(f"{VERSION}/delete-tag", name="fraud", version="9", key="owner"),
        delete(f"{VERSION}/delete-tag", name="fraud", version="1"),
        get(f"{VERSION}/get", name="fraud", version="1"),
        post(f"{MODEL}/alias", name="fraud", alias="champion", version="1"),
        delete(f"{VERSION}/delete", name="fraud", version="1"),
        delete(f"{VERSION}/delete", name="fraud", version="1"),
        get(f"{VERSION}/get", name="fraud", version="1"),
        get(f"{MODEL}/alias", name="fraud", alias="champion"),
        delete(f"{VERSION}/delete", name="fraud", version="9"),
        delete(f"{VERSION}/delete", name="fraud", version="x"),
        delete(f"{VERSION}/delete", name="fraud"),
        delete(f"{VERSION}/delete", name="nope", version="1"),
        delete(f"{VERSION}/delete", name="fraud", version="2"),
        FIRST,
        get(f"{MODEL}/get", name="fraud"),
    ],
    "aliases": [
        FRAUD,
        get(f"{MODEL}/alias", name="fraud", alias="latest"),
        FIRST,
        SECOND,
        post(f"{MODEL}/alias", name="fraud", alias="champion", version="1"),
        post(f"{MODEL}/alias", name="fraud", alias="champion", version="2"),
        post(f"{MODEL}/alias", name="fraud", alias="Shadow_-1", version="2"),
        post(f"{MODEL}/alias", name="fraud", alias="latest", version="1"),
        post(f"{MODEL}/alias", name="fraud", alias="LATEST", version="1"),
        post(f"{MODEL}/alias", name="fraud", alias="v1", version="1"),
        post(f"{MODEL}/alias", name="fraud", alias="a.b", version="1"),
        post(f"{MODEL}/alias", name="fraud", alias="a b", version="1"),
        post(f"{MODEL}/alias", name="fraud", alias="x" * 256, version="1"),
        post(f"{MODEL}/alias", name="fraud", alias="", version="1"),
        post(f"{MODEL}/alias", name="fraud", version="1"),
        post(f"{MODEL}/alias", name="fraud", alias="next"),
        post(f"{MODEL}/alias", alias="next", version="1"),
        post(f"{MODEL}/alias", name="fraud", alias="next", version="9"),
        post(f"{MODEL}/alias", name="fraud", alias="next", version="x"),
        post(f"{MODEL}/alias", name="nope", alias="next", version="1"),
        get(f"{MODEL}/alias", name="fraud", alias="champion"),
        get(f"{MODEL}/alias", name="fraud", alias="CHAMPION"),
        get(f"{MODEL}/alias", name="fraud", alias="nobody"),
        get(f"{MODEL}/alias", name="fraud", alias="a.b"),
        get(f"{MODEL}/alias", name="fraud", alias="latest"),
        get(f"{MODEL}/alias", name="fraud"),
        get(f"{MODEL}/alias", alias="champion"),
        get(f"{MODEL}/alias", name="nope", alias="champion"),
        get(f"{MODEL}/alias", name="nope", alias="latest"),
        delete(f"{MODEL}/alias", name="fraud", alias="latest"),
        get(f"{MODEL}/get", name="fraud"),
        get(f"{VERSION}/get", name="fraud", version="2"),
        get(FIND, filter="name = 'fraud'"),
        delete(f"{MODEL}/alias", name="fraud", alias="champion"),
        delete(f"{MODEL}/alias", name="fraud", alias="champion"),
        delete(f"{MODEL}/alias", name="fraud"),
        delete(f"{MODEL}/alias", name="fraud", alias="a b"),
        delete(f"{MODEL}/alias", name="nope", alias="champion"),
        get(f"{MODEL}/get", name="fraud"),
        post(f"{MODEL}/alias", name="fraud", alias="1", version="1").but(
            Otherwise("A digit begins a label; @1 and 1 are not told apart by people.", begins="Invalid alias:")
        ),
    ],
    "stages": [
        FRAUD,
        FIRST,
        SECOND,
        post(f"{VERSION}/transition-stage", name="fraud", version="1", stage="Production"),
        post(
            f"{VERSION}/transition-stage",
            name="fraud",
            version="2",
            stage="production",
            archive_existing_versions=True,
        ),
        get(f"{VERSION}/get", name="fraud", version="1"),
        post(
            f"{VERSION}/transition-stage", name="fraud", version="1", stage="None", archive_existing_versions=True
        ).but(A_CRASH),
        post(
            f"{VERSION}/transition-stage", name="fraud", version="1", stage="Archived", archive_existing_versions=True
        ).but(A_CRASH),
        post(f"{VERSION}/transition-stage", name="fraud", version="1", stage="Nowhere"),
        post(f"{VERSION}/transition-stage", name="fraud", version="1"),
        post(f"{VERSION}/transition-stage", name="fraud", version="1", stage=""),
        post(f"{VERSION}/transition-stage", name="fraud", stage="Staging"),
        post(f"{VERSION}/transition-stage", name="fraud", version="9", stage="Staging"),
        post(f"{VERSION}/transition-stage", name="fraud", version="x", stage="Staging"),
        post(f"{VERSION}/transition-stage", name="nope", version="1", stage="Staging"),
        post(f"{VERSION}/transition-stage", name="fraud", version="1", stage="Staging"),
        post(
            f"{VERSION}/transition-stage",
            name="fraud",
            version="1",
            stage="Staging",
            archive_existing_versions="perhaps",
        ),
        post(f"{MODEL}/get-latest-versions", name="fraud"),
        post(f"{MODEL}/get-latest-versions", name="fraud", stages=["production"]),
        post(f"{MODEL}/get-latest-versions", name="fraud", stages=["Archived"]),
        post(f"{MODEL}/get-latest-versions", name="fraud", stages=["Nowhere"]),
        post(f"{MODEL}/get-latest-versions", name="fraud", stages="Production"),
        post(f"{MODEL}/get-latest-versions", name="nope"),
        post(f"{MODEL}/get-latest-versions"),
        get(f"{MODEL}/get-latest-versions", name="fraud", stages=["Staging", "Production"]),
        get(f"{MODEL}/get", name="fraud"),
        get(FIND_MODELS, filter="name = 'fraud'").but(HIGHEST_ONLY),
        delete(f"{VERSION}/delete", name="fraud", version="2"),
        post(f"{MODEL}/get-latest-versions", name="fraud"),
    ],
    "searching models": [
        *(post(CREATE_MODEL, name=name, tags=tags(owner=owner)) for name, owner in zip("abc", "xyx", strict=True)),
        post(CREATE_MODEL, name="Ab"),
        get(FIND_MODELS),
        *(
            get(FIND_MODELS, filter=text)
            for text in (
                "",
                "name = 'a'",
                'name = "a"',
                "name='a'",
                "name != 'a'",
                "name LIKE 'a%'",
                "name ILIKE 'a%'",
                "name like '_'",
                "name IN ('a', 'c')",
                "name NOT IN ('a')",
                "attribute.name = 'a'",
                "tags.owner = 'x'",
                "tag.owner = 'x' AND name = 'c'",
                "tags.`owner` != 'x'",
                "tags.\"owner\" LIKE 'x%'",
                "name = 'a' and tags.owner = 'x'",
                "name = 'a' AND",
                "tags.`mlflow.prompt.is_prompt` != 'true'",
                "tags.`mlflow.prompt.is_prompt` = 'false'",
                "tags.`mlflow.prompt.is_prompt` = 'true'",
                "name = 'it''s'",
                "name",
                "name = a",
                "name = 7",
                "name == 'a'",
                "name <> 'a'",
                "name > 'a'",
                "name = 'a', name = 'b'",
                "(name = 'a')",
                "name IN ()",
                "name IN ('a',)",
                "tags.owner IN ('a')",
                "tags.owner > 'a'",
                "run_id = 'a'",
                "attributes.name = 'a'",
                "params.x = 'a'",
                "colour = 'red'",
                "creation_timestamp > 1",
                "'",
            )
        ),
        *(
            get(FIND_MODELS, filter=text).but(TOKENS)
            for text in (
                "name =",
                "name = 'a",
                "= 'a'",
                "name = 'a' OR name = 'b'",
                "NOT name = 'a'",
                "name = 'a'; DROP TABLE x",
                "name is null",
                "name IN (a)",
                "name IN 'a'",
                "😀 = 'a'",
            )
        ),
        get(FIND_MODELS, max_results=2),
        get(FIND_MODELS, max_results=2, page_token=TOKEN),
        get(FIND_MODELS, max_results=1000),
        get(FIND_MODELS, max_results=1001),
        get(FIND_MODELS, max_results=0).but(NO_PAGE),
        get(FIND_MODELS, max_results=-1).but(NO_PAGE),
        get(FIND_MODELS, max_results="many"),
        get(FIND_MODELS, max_results="1.5"),
        get(FIND_MODELS, order_by=["name DESC"]),
        get(FIND_MODELS, order_by=["name ASC"]),
        get(FIND_MODELS, order_by=["`name` desc"]),
        get(FIND_MODELS, order_by=["timestamp ASC"]),
        get(FIND_MODELS, order_by=["last_updated_timestamp ASC", "name DESC"]),
        get(FIND_MODELS, order_by=["colour"]).but(OF_MODELS),
        get(FIND_MODELS, order_by=["name SIDEWAYS"]),
        get(FIND_MODELS, order_by=["name", "name DESC"]).but(A_CRASH),
        get(FIND_MODELS, order_by=["timestamp", "last_updated_timestamp"]).but(A_CRASH),
        get(FIND_MODELS, order_by=["creation_timestamp"]).but(OF_MODELS),
        get(FIND_MODELS, order_by=[""]),
        get(FIND_MODELS, page_token="nowhere"),
        get(FIND_MODELS, page_token="e30="),
        get(FIND_MODELS, page_token="é").but(A_CRASH),
        get(FIND_MODELS, page_token=""),
    ],
    "searching versions": [
        FRAUD,
        FIRST,
        SECOND,
        post(CREATE, name="fraud", source="s3://models/fraud/3", run_id="4f2a"),
        post(CREATE_MODEL, name="churn"),
        post(CREATE, name="churn", source="s3://models/churn/1"),
        *(
            get(FIND, filter=text, order_by=["name ASC", "version_number ASC"])
            for text in (
                "",
                "name = 'fraud'",
                "name != 'fraud'",
                "name LIKE 'f%'",
                "name IN ('fraud', 'churn')",
                "name = 'nope'",
                "name = 'a/b'",
                "run_id = '4f2a'",
                "run_id != '4f2a'",
                "run_id IN ('4f2a')",
                "source_path = 's3://models/fraud/1'",
                "source_path LIKE 's3://models/fraud%'",
                "version_number = 2",
                "version_number = '2'",
                "version_number > 1",
                "version_number >= 2 AND version_number < 3",
                "version_number != 1 AND name = 'fraud'",
                "attribute.version_number <= 1",
                "tags.owner = 'risk'",
                "tag.owner = 'risk' AND name = 'fraud'",
                "version_number = 'x'",
                "version_number = 1.5",
                "version_number = -1",
                "version_number LIKE '1'",
                "version_number IN (1)",
                "version_number",
                "source_path IN ('a')",
                "run_id IN ()",
                "tags.owner IN ('a')",
                "attributes.name = 'a'",
            )
        ),
        get(FIND, filter="name = 'a' OR name = 'b'").but(TOKENS),
        get(FIND, filter="colour = 'red'").but(OF_VERSIONS),
        get(FIND, filter="creation_timestamp > 1").but(OF_VERSIONS),
        get(FIND, filter="name = 'fraud'", order_by=["version_number DESC"]),
        get(FIND, filter="name = 'fraud'", order_by=["creation_timestamp ASC"]),
        get(FIND, filter="name = 'fraud'", order_by=["version_number"], max_results=2),
        get(FIND, filter="name = 'fraud'", order_by=["version_number"], max_results=2, page_token=TOKEN),
        get(FIND, order_by=["name ASC", "version_number ASC"], max_results=2).but(WITHIN_A_PAGE),
        get(FIND, order_by=["colour"]).but(OF_VERSIONS),
        get(FIND, order_by=["name", "name"]).but(A_CRASH),
        get(FIND, order_by=["version"]).but(
            Otherwise("The word means something to its parser.", begins="Invalid attribute key 'version' specified.")
        ),
        get(FIND, max_results=0),
        get(FIND, max_results=200_000),
        get(FIND, max_results=200_001),
        get(FIND, max_results="x"),
        get(FIND, page_token="nowhere"),
    ],
    "prompts": [
        post(CREATE_MODEL, name="greeting", tags=tags(**{"mlflow.prompt.is_prompt": "true"})),
        post(
            CREATE,
            name="greeting",
            source="prompt-template",
            tags=tags(**{"mlflow.prompt.is_prompt": "true", "mlflow.prompt.text": "Hello {{name}}"}),
        ),
        FRAUD,
        FIRST,
        post(CREATE_MODEL, name="greeting").but(
            Otherwise("It says that a prompt has the name.", code="RESOURCE_ALREADY_EXISTS", begins="Registered Model")
        ),
        get(f"{MODEL}/get", name="greeting"),
        get(f"{VERSION}/get", name="greeting", version="1"),
        post(f"{MODEL}/set-tag", name="greeting", key="_mlflow_experiment_ids", value=",0,"),
        get(FIND_MODELS, filter="tags.`mlflow.prompt.is_prompt` = 'true'"),
        get(FIND_MODELS, filter="tags.`_mlflow_experiment_ids` LIKE '%,0,%'"),
        get(FIND_MODELS, filter="tags.`mlflow.prompt.is_prompt` != 'true'"),
        get(FIND_MODELS),
        get(FIND),
        get(FIND, filter="name = 'greeting'"),
        get(FIND, filter="tags.`mlflow.prompt.is_prompt` = 'true'"),
        post(CREATE, name="fraud", source="models:/greeting/1"),
        post(CREATE, name="greeting", source="s3://models/x", tags=tags(**{"mlflow.prompt.is_prompt": "true"})),
        post(f"{VERSION}/set-tag", name="greeting", version="1", key="mlflow.prompt.text", value="é" * 100_000),
        post(f"{VERSION}/set-tag", name="greeting", version="1", key="mlflow.prompt.text", value="é" * 100_001),
        delete(f"{VERSION}/delete", name="greeting", version="1"),
        get(f"{MODEL}/get", name="greeting"),
    ],
    "copying": [
        FRAUD,
        FIRST,
        post(CREATE_MODEL, name="fraud-prod"),
        post(CREATE, name="fraud-prod", source="models:/fraud/1", run_id="", description="", run_link=""),
        post(CREATE, name="fraud-prod", source="models:/fraud-prod/1"),
        get(f"{VERSION}/get-download-uri", name="fraud-prod", version="1"),
        get(f"{VERSION}/get-download-uri", name="fraud-prod", version="2"),
        post(f"{MODEL}/alias", name="fraud", alias="champion", version="1"),
        post(CREATE, name="fraud-prod", source="models:/fraud@champion"),
        post(CREATE, name="fraud-prod", source="models:/fraud/latest"),
        post(CREATE, name="fraud-prod", source="models:/fraud/Production").but(
            Otherwise("It fails with 500.", 404, "RESOURCE_DOES_NOT_EXIST", "No versions of model with name")
        ),
        post(CREATE, name="fraud-prod", source="models:/").but(LOCAL),
        get(f"{VERSION}/get", name="fraud-prod", version="3"),
    ],
    "renaming and deleting models": [
        FRAUD,
        FIRST,
        post(CREATE_MODEL, name="churn"),
        post(f"{MODEL}/alias", name="fraud", alias="champion", version="1"),
        post(f"{MODEL}/rename", name="fraud", new_name="churn").but(
            Otherwise("It adds its database's words.", code="RESOURCE_ALREADY_EXISTS", begins="Registered Model (name=")
        ),
        post(f"{MODEL}/rename", name="nope", new_name="other"),
        post(f"{MODEL}/rename", name="fraud", new_name="a/b"),
        post(f"{MODEL}/rename", name="fraud", new_name=""),
        post(f"{MODEL}/rename", name="fraud"),
        post(f"{MODEL}/rename", new_name="other"),
        post(f"{MODEL}/rename", name="fraud", new_name="scam"),
        get(f"{MODEL}/get", name="fraud"),
        get(f"{MODEL}/get", name="scam"),
        get(f"{VERSION}/get", name="scam", version="1"),
        get(f"{MODEL}/alias", name="scam", alias="champion"),
        delete(f"{MODEL}/delete", name="scam"),
        delete(f"{MODEL}/delete", name="scam"),
        delete(f"{MODEL}/delete"),
        delete(f"{MODEL}/delete", name="a/b"),
        get(f"{VERSION}/get", name="scam", version="1"),
        post(CREATE_MODEL, name="scam"),
        post(CREATE, name="scam", source="s3://models/scam"),
    ],
    "addresses": [
        get("registered-models/nothing").but(NO_ADDRESS),
        get(CREATE_MODEL).but(NO_ADDRESS),
        post(f"{MODEL}/get", name="fraud").but(NO_ADDRESS),
        Asked("PUT", f"{MODEL}/update", {"name": "fraud"}).but(NO_ADDRESS),
    ],
}
