"""The secret key on AWS: named in the environment, read from Secrets Manager when the registry starts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.aws.cloud import Cloud, a_cloud
from tests.commands.shell import ROOT, Said
from tests.engine import free_port

ARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:nothing-AbCdEf"
KEY = "kept-in-secrets-manager-" + "0123456789" * 4


@pytest.fixture(scope="module")
def account() -> Iterator[Cloud]:
    """One for all tests here."""
    with a_cloud() as cloud:
        yield cloud


def start(cloud: Cloud, **environment: str) -> Said:
    """Load the settings in a process of their own, as the function does, and tell the key."""
    script = "from registry_project import settings; print(settings.SECRET_KEY)"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=cloud.environment(ENVIRONMENT="dev", **environment),
        capture_output=True,
        text=True,
        check=False,
    )
    return Said(done.returncode, done.stdout.strip(), done.stderr.strip().rpartition("\n")[2])


def a_secret(cloud: Cloud, name: str, text: str) -> str:
    return str(cloud.client("secretsmanager").create_secret(Name=name, SecretString=text)["ARN"])


def test_it_is_read_when_the_registry_starts(account: Cloud) -> None:
    arn = a_secret(account, "good", KEY)
    assert start(account, REGISTRY_SECRET_ARN=arn) == Said(0, KEY, "")


def test_a_key_in_the_environment_comes_first(account: Cloud) -> None:
    other = "x" * 50
    assert start(account, REGISTRY_SECRET_ARN=ARN, REGISTRY_SECRET_KEY=other) == Said(0, other, "")


def test_one_that_is_missing_stops_the_start_and_says_so(account: Cloud) -> None:
    said = start(account, REGISTRY_SECRET_ARN=ARN)
    assert said.code == 1
    assert "The secret that REGISTRY_SECRET_ARN names cannot be read: ResourceNotFoundException:" in said.error


def test_one_that_is_too_short_stops_the_start_and_is_not_told(account: Cloud) -> None:
    said = start(account, REGISTRY_SECRET_ARN=a_secret(account, "short", "hunter2"))
    assert said.code == 1
    assert "at least 50 random characters" in said.error
    assert "hunter2" not in said.error


def test_credentials_that_do_not_hold_stop_the_start(account: Cloud) -> None:
    said = start(account, REGISTRY_SECRET_ARN=ARN, AWS_SECRET_ACCESS_KEY="wrong")
    assert said.code == 1
    assert "cannot be read: " in said.error


def test_a_secrets_manager_that_does_not_answer_stops_the_start() -> None:
    said = start(Cloud(f"http://127.0.0.1:{free_port()}"), REGISTRY_SECRET_ARN=ARN)
    assert said.code == 1
    assert "Secrets Manager cannot be reached" in said.error


@pytest.mark.parametrize("arn", ["secret", "arn:aws:s3:us-east-1:000000000000:secret:x"])
def test_what_is_no_secrets_name_is_told_at_once(account: Cloud, arn: str) -> None:
    said = start(account, REGISTRY_SECRET_ARN=arn)
    assert said.code == 1
    assert "it is no ARN of a secret" in said.error


def test_without_either_the_registry_does_not_start_on_aws(account: Cloud) -> None:
    said = start(account)
    assert said.code == 1
    assert "REGISTRY_SECRET_ARN" in said.error
