"""What outlives a stack: table, key, secret and logs. How a new stack finds it again, and how it is ended for good."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
from botocore.exceptions import ClientError

DAYS_TO_CHANGE_ONES_MIND = 30  # the most that KMS gives


class Remains:
    """What a stage's stack leaves behind, by its names; what an operator brought along has others."""

    def __init__(self, stage: str) -> None:
        self.table = f"model-registry-{stage}"
        self.secret = f"model-registry-{stage}/secret-key"
        self.key = f"alias/model-registry-{stage}"
        self.logs = (f"/aws/lambda/model-registry-{stage}", f"/aws/apigateway/model-registry-{stage}")

    def parameters(self) -> dict[str, str]:
        """For a new stack: the key and the secret that an earlier one left, which have no names to find them by."""
        key, secret = self._find_key(), self._find_secret()
        return ({"KeyArn": key} if key else {}) | ({"SecretArn": secret} if secret else {})

    def erase(self) -> Iterator[str]:
        """End all of it, for good; each thing that is gone. The key can be had back for thirty days."""
        key, secret = self._find_key(), self._find_secret()
        dynamodb, logs, kms = boto3.client("dynamodb"), boto3.client("logs"), boto3.client("kms")
        if _found(dynamodb.describe_table, TableName=self.table):
            dynamodb.update_table(TableName=self.table, DeletionProtectionEnabled=False)
            dynamodb.get_waiter("table_exists").wait(TableName=self.table)
            dynamodb.delete_table(TableName=self.table)
            dynamodb.get_waiter("table_not_exists").wait(TableName=self.table)
            yield f"table {self.table}"
        if secret:
            boto3.client("secretsmanager").delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)
            yield f"secret {self.secret}"
        for name in self.logs:
            if _found(logs.delete_log_group, logGroupName=name) is not None:
                yield f"log {name}"
        if key:
            kms.delete_alias(AliasName=self.key)
            kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=DAYS_TO_CHANGE_ONES_MIND)
            yield f"key {key}, in {DAYS_TO_CHANGE_ONES_MIND} days"

    def _find_key(self) -> str | None:
        found = _found(boto3.client("kms").describe_key, KeyId=self.key)
        return str(found["KeyMetadata"]["Arn"]) if found else None

    def _find_secret(self) -> str | None:
        found = _found(boto3.client("secretsmanager").describe_secret, SecretId=self.secret)
        return str(found["ARN"]) if found and "DeletedDate" not in found else None


def _found(call: Any, **what: str) -> Any:
    """What a call answers, None if there is no such thing."""
    try:
        return call(**what)
    except ClientError as refusal:
        if refusal.response["Error"]["Code"] in {"ResourceNotFoundException", "NotFoundException"}:
            return None
        raise
