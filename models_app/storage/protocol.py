"""DynamoDB's protocol, as far as items take it: a signed JSON document each way, over connections that are kept.

botocore serves every AWS service; of the 1.2 ms that an item costs with it, nine tenths go to that generality
(docs/decisions/022-dynamodb-without-a-general-client.md). It keeps what is not said per item: credentials, the
endpoint, tables and indexes. Its ``before-send`` hook is called here, too.
"""

from __future__ import annotations

import hashlib
import hmac
import time
import zlib
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import orjson
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from models_app.storage import metering
from models_app.storage.connections import Connections, HttpAnswer

OPERATIONS = metering.READS | metering.WRITES
PROTOCOL = "application/x-amz-json-1.0"
TARGET = "DynamoDB_20120810"
ALGORITHM = "AWS4-HMAC-SHA256"

REFUSED = 300


def _listed(value: object) -> list[str]:
    if not isinstance(value, set | frozenset):
        raise TypeError(f"DynamoDB's documents hold no {type(value).__name__} here.")
    return sorted(value)


class AnswerCorrupt(BotoCoreError):  # type: ignore[misc]  # botocore is untyped
    """An answer that DynamoDB did not give, or not so."""

    fmt = "The answer does not bear DynamoDB's checksum"


# Signing ------------------------------------------------------------------------------------------------------------


def signed(url: str, target: str, body: bytes, *, region: str, credentials: Any, at: float) -> dict[str, str]:
    """The headers of a request, with AWS's signature (version 4) over them and the body.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    stamp = _stamp(int(at))
    headers = {"content-type": PROTOCOL, "host": urlsplit(url).netloc, "x-amz-date": stamp}
    if credentials.token:
        headers["x-amz-security-token"] = credentials.token
    headers["x-amz-target"] = target
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    canonical = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{stamp[:8]}/{region}/dynamodb/aws4_request"
    text = f"{ALGORITHM}\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.digest(_key(credentials.secret_key, scope), text.encode(), "sha256").hex()
    headers["authorization"] = (
        f"{ALGORITHM} Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return headers


@lru_cache(maxsize=2)
def _stamp(second: int) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(second))


@lru_cache(maxsize=8)
def _key(secret: str, scope: str) -> bytes:
    """The key of a day, a region and a service."""
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


# Calls --------------------------------------------------------------------------------------------------------------


class ItemCalls:
    """What a client of botocore does with items, done without it; all else stays with the client."""

    def __init__(self, client: Any, *, ca_bundle: str | None) -> None:
        """For the calls of a client, whose credentials and endpoint are taken."""
        self._client = client
        self._general = client._make_api_call  # noqa: SLF001 - the one method that PynamoDB calls
        self._connections = Connections(ca_bundle)

    def __call__(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        """Make one call, once.

        Raises:
            ClientError: DynamoDB refuses it.
            BotoCoreError: there are no credentials, or no answer, or one that DynamoDB did not give.
        """
        if operation not in OPERATIONS:
            told: dict[str, Any] = self._general(operation, params)
            return told
        answer = self._connections.exchange(self._request(operation, params))
        document = _document(answer)
        if answer.status >= REFUSED:
            raise ClientError(_refusal(answer, document), operation)
        metering.note_units(operation, document)
        return document

    def close(self) -> None:
        """End the connections."""
        self._connections.close()

    def _request(self, operation: str, params: dict[str, Any]) -> AWSPreparedRequest:
        """A call as it is sent, signed; botocore's hook may still look at it, or send it elsewhere."""
        client = self._client
        body = orjson.dumps(params | {"ReturnConsumedCapacity": "TOTAL"}, default=_listed)
        credentials = client._request_signer._credentials  # noqa: SLF001 - where PynamoDB looks, too
        if credentials is None:
            raise NoCredentialsError
        url = client.meta.endpoint_url
        headers = signed(
            url,
            f"{TARGET}.{operation}",
            body,
            region=client.meta.region_name,
            credentials=credentials.get_frozen_credentials(),
            at=time.time(),
        )
        request = AWSPreparedRequest("POST", url, headers, body, stream_output=False)
        metering.note_call()
        client.meta.events.emit(f"before-send.dynamodb.{operation}", request=request)
        return request


def _document(answer: HttpAnswer) -> dict[str, Any]:
    """The answer's body. botocore looks at the checksum, too, but accepts what is still wrong after its last attempt.

    Raises:
        AnswerCorrupt: its checksum is missing or wrong: a page of a proxy in between must not be believed.
    """
    if answer.headers.get("x-amz-crc32") != str(zlib.crc32(answer.content)):
        raise AnswerCorrupt
    try:
        document = orjson.loads(answer.content)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise AnswerCorrupt
    return document


def _refusal(answer: HttpAnswer, document: dict[str, Any]) -> dict[str, Any]:
    """An error as botocore tells it."""
    code = document.get("__type", str(answer.status)).rpartition("#")[2]
    message = document.get("message") or document.get("Message") or ""
    metadata = {"HTTPStatusCode": answer.status, "HTTPHeaders": answer.headers}
    return document | {"Error": {"Code": code, "Message": message}, "ResponseMetadata": metadata}
