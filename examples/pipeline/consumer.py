"""A deployment pipeline in one file: a Lambda function that does what DeploymentRequested asks for, exactly once.

    event ──▶ handler ──▶ report IN_PROGRESS ──▶ apply ──▶ report SUCCEEDED, or FAILED with the reason

EventBridge delivers an event at least once, so each step may be repeated, and the function may die between any two:

- ``report`` says what the registry may have heard before; that changes nothing there. If the registry no longer wants
  the deployment (cancelled, timed out, or over since the last delivery) it refuses the first report, and all ends here.
- ``apply`` writes its effect and a mark with the event's id in one transaction. Where the mark stands, nothing is done.

Yours differs in ``apply``: keep the mark, and put the effect that you want into the same transaction.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import time
import urllib.error
import urllib.request
from functools import lru_cache
from typing import Any

import boto3

log = logging.getLogger(__name__)

# Far longer than anybody delivers again: EventBridge tries for 24 hours, a queue keeps what it has for 14 days at most.
REMEMBER_SECONDS = 30 * 24 * 60 * 60
REPORT_SECONDS = 10
TOO_MANY_REQUESTS, SERVER_ERROR = 429, 500

Detail = dict[str, Any]


class ReportRefused(Exception):
    """The registry does not take this report, and would not take it again."""


class CannotRun(Exception):
    """The deployment cannot be done; the message is for the team that asked for it."""


def handler(event: Detail, _context: object) -> dict[str, str]:
    """Do what one event asks for; what became of it. An exception means: deliver it again."""
    if event["detail-type"] != "DeploymentRequested":
        return {"outcome": "ignored"}
    detail = event["detail"]
    deployment = {"deploymentId": detail["data"]["deploymentId"]}
    try:
        report(detail, "IN_PROGRESS")
        try:
            apply(detail)
        except CannotRun as reason:
            report(detail, "FAILED", str(reason))
            return deployment | {"outcome": "failed"}
        report(detail, "SUCCEEDED")
    except ReportRefused as refusal:
        log.warning("deployment %s goes no further here: %s", deployment["deploymentId"], refusal)
        return deployment | {"outcome": "refused"}
    return deployment | {"outcome": "succeeded"}


def apply(detail: Detail) -> None:
    """Write down what is to run, for whatever watches this table to run it. Again, the same event changes nothing.

    Raises:
        CannotRun: a later request for the same place was applied already.
    """
    data = detail["data"]
    mark = {"pk": f"EVENT#{detail['eventId']}", "expires": int(time.time()) + REMEMBER_SECONDS}
    table = _table()
    try:
        table.meta.client.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": table.name, "Item": mark, "ConditionExpression": "attribute_not_exists(pk)"}},
                {
                    "Update": {
                        "TableName": table.name,
                        "Key": {"pk": f"RUN#{detail['modelId']}#{data['environment']}/{data['deploymentTarget']}"},
                        "UpdateExpression": "SET version = :version, artifact = :artifact, deploymentId = :deployment,"
                        " eventId = :event ADD applied :one",
                        # Ids of events sort by time: an old one that comes late does not undo a newer one.
                        "ConditionExpression": "attribute_not_exists(pk) OR eventId < :event",
                        "ExpressionAttributeValues": {
                            ":version": detail["version"],
                            ":artifact": data["artifact"],
                            ":deployment": data["deploymentId"],
                            ":event": detail["eventId"],
                            ":one": 1,
                        },
                    }
                },
            ]
        )
    except table.meta.client.exceptions.TransactionCanceledException as cancelled:
        of_mark, of_effect = (reason["Code"] for reason in cancelled.response["CancellationReasons"])
        if of_mark == "ConditionalCheckFailed":
            return  # applied before
        if of_effect == "ConditionalCheckFailed":
            raise CannotRun("A later deployment was applied here already.") from None
        raise  # somebody else was at it in the same moment


def report(detail: Detail, status: str, words: str = "") -> None:
    """Tell the registry how the deployment is doing, with the ticket that came with the event.

    Raises:
        ReportRefused: the ticket has expired, or the deployment is over.
        OSError: the registry cannot be reached, or cannot answer now.
    """
    callback = detail["data"]["callback"]
    request = urllib.request.Request(  # noqa: S310 - the address is the registry's own word
        callback["url"],
        method="POST",
        data=json.dumps({"status": status, "detail": words}).encode(),
        headers={"Authorization": f"Bearer {callback['ticket']}", "Content-Type": "application/json"},
    )
    try:
        urllib.request.urlopen(request, timeout=REPORT_SECONDS).close()  # noqa: S310 - likewise
    except urllib.error.HTTPError as answer:
        with answer:
            if answer.code == TOO_MANY_REQUESTS or answer.code >= SERVER_ERROR:
                raise
            raise ReportRefused(
                f"{status} was answered {answer.code} {answer.read(1000).decode(errors='replace')}"
            ) from None


def create_table() -> None:
    """Make the table, unless it is there."""
    client = boto3.client("dynamodb")
    name = os.environ["PIPELINE_TABLE"]
    try:
        client.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
    except client.exceptions.ResourceInUseException:
        return
    client.get_waiter("table_exists").wait(TableName=name)
    client.update_time_to_live(TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})


@lru_cache(maxsize=1)
def _table() -> Any:
    """The table, with a client that the function keeps from one event to the next."""
    return boto3.resource("dynamodb").Table(os.environ["PIPELINE_TABLE"])


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="The table of the example pipeline.")
    arguments.add_argument("--create-table", action="store_true", required=True, help="make the table PIPELINE_TABLE")
    arguments.parse_args()
    create_table()
