"""The registry's secret on AWS: read once, when the function starts, so that it stands in no setting and no package."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError
from botocore.httpsession import URLLib3Session
from botocore.session import Session
from django.core.exceptions import ImproperlyConfigured

ATTEMPTS = 3
SECONDS = 2.0
FIRST_PAUSE_SECONDS = 0.1
OK = 200
SERVER_ERROR = 500
ARN_PARTS = 7


def read(arn: str) -> str:
    """The text of a secret in Secrets Manager: one call, repeated twice if nobody answers or AWS has a fault.

    The request is signed and sent with botocore's own parts, without a client: that costs 10 ms of CPU at each cold
    start in place of 60.

    Raises:
        ImproperlyConfigured: it cannot be read; with the reason.
    """
    parts = arn.split(":")
    if len(parts) < ARN_PARTS or parts[2] != "secretsmanager":
        raise _unreadable("it is no ARN of a secret: arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME.")
    reason = ""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            status, answer = _ask(arn, partition=parts[1], region=parts[3])
        except BotoCoreError as failure:
            reason = f"{type(failure).__name__}: Secrets Manager cannot be reached."
        else:
            if status == OK and isinstance(answer.get("SecretString"), str):
                return str(answer["SecretString"])
            reason = (
                f"{answer.get('__type', status)}: {answer.get('message', answer.get('Message', 'no reason given'))}"
            )
            if status < SERVER_ERROR:
                break
        if attempt < ATTEMPTS:
            time.sleep(FIRST_PAUSE_SECONDS * attempt)
    raise _unreadable(reason)


def _ask(arn: str, *, partition: str, region: str) -> tuple[int, dict[str, Any]]:
    credentials = Session().get_credentials()
    if credentials is None:
        raise _unreadable("there are no AWS credentials.")
    request = AWSRequest(
        "POST",
        _endpoint(partition, region),
        data=json.dumps({"SecretId": arn}).encode(),
        headers={"X-Amz-Target": "secretsmanager.GetSecretValue", "Content-Type": "application/x-amz-json-1.1"},
    )
    SigV4Auth(credentials, "secretsmanager", region).add_auth(request)
    connection = URLLib3Session(timeout=SECONDS)
    try:
        response = connection.send(request.prepare())
        return response.status_code, _document(response.content)
    finally:
        connection.close()


def _document(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _endpoint(partition: str, region: str) -> str:
    suffix = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
    chosen = os.environ.get("AWS_ENDPOINT_URL_SECRETS_MANAGER") or os.environ.get("AWS_ENDPOINT_URL")
    return (chosen or f"https://secretsmanager.{region}.{suffix}").rstrip("/") + "/"


def _unreadable(reason: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"The secret that REGISTRY_SECRET_ARN names cannot be read: {reason}")
