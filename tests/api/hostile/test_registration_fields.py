"""All that is wrong with a registration is told in one answer, so that it is mended in one go."""

import pytest
from inline_snapshot import snapshot

from tests.builders import a_registration

TRICKS = (
    *("", " ", "x", "s3://", "s3:///key", "s3://bucket", "s3://bucket/", "s3:/bucket/key", "S3://bucket/key"),
    *("http://169.254.169.254/latest/meta-data", "https://bucket.s3.amazonaws.com/key", "file:///etc/passwd"),
    *("javascript:alert(1)", "data:text/plain,x", "gopher://x/1", "ftp://x/y", "//bucket/key", "s3a://bucket/key"),
    *(
        "s3://user:password@bucket/key",
        "s3://bucket:80/key",
        "s3://127.0.0.1@evil/key",
        "s3://[::1]/key",
        "s3://bu\\cket/key",
    ),
    *("s3://bucket/../other/key", "s3://bucket/a/./b", "s3://bucket/..", "s3://bucket/a/..", "s3://Bucket/key"),
    *("s3://bucket/a\r\nHost: x", "s3://bucket/\x7f", "s3://bucket/\x85", "s3://-bucket/key"),
    *(
        "s3://b/key",
        "s3://bucket-/key",
        "s3://buc..ket/key",
        "s3://buc_ket/key",
        "s3://büc/key",
        "s3://xn--/" + "k" * 1025,
    ),
    *(" s3://bucket/key", "s3://bucket /key", "\ts3://bucket/key", "s3://" + "b" * 64 + "/key", "s3://bucket\n/key"),
)


def test_everything_wrong_is_named_in_one_answer(payments):
    body = {
        "modelName": "no/slashes",
        "teamId": "No Team",
        "version": "latest",
        "framework": "fortran",
        "frameworkVersion": 1.7,
        "s3Uri": "https://example.org/model",
        "sha256": "abc",
        "sizeBytes": "12",
        "deploymentTarget": "mainframe",
        "description": 7,
        "metadata": [],
        "metrics": {"accuracy": "high"},
        "tags": {"a:b": "x", "stage": 1},
        "signature": "x",
        "lineage": {"runId": 7, "parents": "x", "mother": "y"},
        "createdBy": "me",
    }

    answer = payments.contributor.calls("POST", "models", body)

    assert answer.wrong_fields == snapshot(
        {
            "createdBy": "unknown",
            "description": "invalid",
            "metadata": "object",
            "metrics.accuracy": "invalid",
            "tags.a:b": "invalid",
            "tags.stage": "invalid",
            "deploymentTarget": "unknown",
            "modelName": "invalid",
            "teamId": "invalid",
            "version": "invalid",
            "framework": "unknown",
            "frameworkVersion": "invalid",
            "s3Uri": "invalid",
            "sha256": "invalid",
            "sizeBytes": "invalid",
            "signature": "object",
            "lineage.runId": "invalid",
            "lineage.parents": "invalid",
            "lineage.mother": "unknown",
        }
    )
    assert payments.viewer.finds() == []


def test_everything_missing_too(payments):
    assert payments.contributor.calls("POST", "models", {}).wrong_fields == snapshot(
        {"deploymentTarget": "required", "modelName": "required", "framework": "required", "s3Uri": "required"}
    )


@pytest.mark.parametrize("uri", TRICKS, ids=[f"{number} {uri[:20]!a}" for number, uri in enumerate(TRICKS)])
def test_an_artifact_is_in_s3_and_nowhere_else(payments, uri):
    answer = payments.contributor.calls("POST", "models", a_registration(s3Uri=uri))

    assert answer.wrong_fields.keys() == {"s3Uri"}


@pytest.mark.parametrize(
    "field", ["modelId", "status", "createdAt", "updatedBy", "aliases", "isDeleted", "rev", "pk", "id"]
)
def test_what_only_the_registry_says_cannot_be_said_for_it(payments, field):
    answer = payments.contributor.calls("POST", "models", a_registration() | {field: "x"})

    assert answer.wrong_fields == {field: "unknown"}


@pytest.mark.parametrize(
    "field", ["non_field_errors", "", " ", "detail", "__proto__", "a.b", "modelname", "model_name"]
)
def test_an_unknown_field_is_called_by_its_own_name(payments, field):
    answer = payments.contributor.calls("POST", "models", a_registration() | {field: "x"})

    assert answer.problem["errors"][0]["code"] == "unknown"
    assert answer.problem["errors"][0]["field"] == (field or "body")


def test_of_very_many_unknown_fields_the_first_hundred_are_told(payments):
    body = {f"field{number}": number for number in range(10_000)}

    assert len(payments.contributor.calls("POST", "models", body | a_registration()).problem["errors"]) == 100


def test_a_backslash_is_no_nul(payments):
    answer = payments.contributor.registers("fraud", version="1", description=r"the expression \u0000 finds NUL")

    assert answer.status == 201
    assert answer.body["description"] == r"the expression \u0000 finds NUL"
