"""ministack as the bus: EventBridge, a rule, and a queue from which a pipeline would read."""

from __future__ import annotations

import atexit
import contextlib
import json
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import boto3

from tests import event_contract
from tests.engine import ENGINE, free_port

BUS = "model-registry"
EVERYTHING = json.dumps({"source": ["model-registry"]})
Detail = dict[str, Any]


class Ministack:
    """A running ministack. It ends with the process that started it."""

    def __init__(self) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.clients: dict[str, Any] = {}
        port = self.url.rpartition(":")[2]
        command = [sys.executable, str(ENGINE), "bus", "--port", port, "--stop-with-parent"]
        # A pipe that nobody reads would fill, and stop it.
        self.words = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the process
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=self.words)
        self.starts = self._starts()
        if self.starts:
            self.client("events").create_event_bus(Name=BUS)

    def stop(self) -> None:
        """End it, by process id."""
        for client in self.clients.values():
            client.close()
        self.process.terminate()
        self.process.wait(timeout=15)
        self.words.close()

    def last_words(self) -> str:
        """What it complained of last."""
        self.words.seek(0)
        return self.words.read().strip().rpartition("\n")[2]

    def client(self, service: str) -> Any:
        """A client of one of its services, made once."""
        if service not in self.clients:
            self.clients[service] = boto3.Session().client(service, endpoint_url=self.url)
        return self.clients[service]

    @contextlib.contextmanager
    def queue(self, pattern: str = EVERYTHING) -> Iterator[Queue]:
        """A queue that gets what the registry publishes from now on: all of it, or what fits a rule's pattern."""
        events, sqs = self.client("events"), self.client("sqs")
        name = f"test-{time.time_ns()}"
        queue = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        events.put_rule(Name=name, EventBusName=BUS, EventPattern=pattern)
        events.put_targets(Rule=name, EventBusName=BUS, Targets=[{"Id": "queue", "Arn": arn}])
        yield Queue(sqs, queue)
        events.remove_targets(Rule=name, EventBusName=BUS, Ids=["queue"])
        events.delete_rule(Name=name, EventBusName=BUS)
        sqs.delete_queue(QueueUrl=queue)

    def _starts(self) -> bool:
        deadline = time.monotonic() + 240  # the first start installs it
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=2).close()
            except urllib.error.HTTPError:
                return True
            except OSError:
                time.sleep(0.05)
            else:
                return True
        return False


@lru_cache(maxsize=1)
def running_ministack() -> Ministack:
    """One for all tests of a process, whichever folder they are in: its start takes seconds."""
    ministack = Ministack()
    atexit.register(ministack.stop)
    return ministack


class Queue:
    """What a pipeline reads from."""

    def __init__(self, sqs: Any, url: str) -> None:
        self.sqs = sqs
        self.url = url

    def read(self) -> list[dict[str, Any]]:
        """All that is there at this moment, in EventBridge's envelopes; nothing is waited for."""
        found = []
        while True:
            answer = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=0)
            if not answer.get("Messages"):
                return found
            envelopes = [json.loads(message["Body"]) for message in answer["Messages"]]
            for envelope in envelopes:
                event_contract.check(envelope["detail-type"], envelope["detail"])
            found += envelopes
            read = [{"Id": each["MessageId"], "ReceiptHandle": each["ReceiptHandle"]} for each in answer["Messages"]]
            assert not self.sqs.delete_message_batch(QueueUrl=self.url, Entries=read).get("Failed")

    def details(self, kind: str) -> list[Detail]:
        """The details of one kind that are there at this moment; all others are read and forgotten."""
        return [envelope["detail"] for envelope in self.read() if envelope["detail-type"] == kind]
