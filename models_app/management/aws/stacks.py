"""A stage's stack in CloudFormation: what would change, changing it, ending it. Every change goes by a change set.

Its name is not the function's: Zappa keeps the function's API in a stack of that name, and would write over ours.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from models_app.domain.clock import new_id

Tell = Callable[[str], None]

NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
STAGE_IN_A_NAME = re.compile(r"!Sub ([\w./-]*)\$\{Stage\}([\w./-]*)$", re.MULTILINE)
REPLACED = {"True": ": REPLACED, what it holds is not taken along", "Conditional": ": perhaps replaced"}
LONGEST_PAUSE_SECONDS = 3.0
SIGNS = {"Add": "+", "Modify": "~", "Remove": "-", "Import": "<", "Dynamic": "?"}
# A stack in one of these states can be changed; any other that is no longer under way needs a hand.
STEADY = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"})
EMPTY = "REVIEW_IN_PROGRESS"  # a change set was made for a stack that never came to be
NEVER_MADE = frozenset({"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"})

WHAT_TO_DO = {
    "already exist": "Something of that name is there and in no stack of ours: delete or rename it, and repeat.",
    "AccessDenied": "The credentials may not do this: docs/deploying.md lists what who deploys must be allowed to.",
    "not authorized": "The credentials may not do this: docs/deploying.md lists what who deploys must be allowed to.",
    "imit": "A limit of the account is reached: raise it under Service Quotas, and repeat.",
}


class StackFailed(Exception):
    """CloudFormation did not do it; the message says why and what to do."""


@dataclass(frozen=True)
class Plan:
    """A change set: what would be done to the stack."""

    name: str
    changes: tuple[str, ...]


class Stack:
    """The stack of a stage."""

    def __init__(self, stage: str) -> None:
        self.stage = stage
        self.name = f"model-registry-{stage}-state"
        self.client: Any = boto3.client("cloudformation")

    # What it is -------------------------------------------------------------------------------------------------------

    def status(self) -> str | None:
        """Its state in CloudFormation's words, None without a stack: one call."""
        found = self._describe()
        return str(found["StackStatus"]) if found else None

    def outputs(self) -> dict[str, str]:
        """What it tells of its resources; nothing without a stack. One call."""
        found = self._describe() or {}
        return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}

    def _describe(self, name: str | None = None) -> Mapping[str, Any] | None:
        try:
            stacks = self.client.describe_stacks(StackName=name or self.name)["Stacks"]
        except ClientError as refusal:
            if "does not exist" in str(refusal):
                return None
            raise
        return stacks[0]  # type: ignore[no-any-return]  # boto3 is untyped

    # Changing it ------------------------------------------------------------------------------------------------------

    def plan(self, template: str, parameters: Mapping[str, str], *, first: Mapping[str, str]) -> Plan | None:
        """A change set that brings the stack to a template; None if it is there already.

        A parameter that is not given keeps its value. ``first`` are those of a new stack, unless given. What an earlier
        stack left behind under a name of the template becomes part of this one.

        Raises:
            StackFailed: the stack is in no state for it, or CloudFormation refuses the template or a parameter.
        """
        self._check(template, parameters)
        found = self._ready()
        if found is None:
            parameters = {**first, **parameters}
        before = {each["ParameterKey"] for each in (found or {}).get("Parameters", [])}
        kept = [{"ParameterKey": name, "UsePreviousValue": True} for name in sorted(before - set(parameters))]
        given = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
        name = f"provision-{new_id()}"
        try:
            self.client.create_change_set(
                StackName=self.name,
                ChangeSetName=name,
                ChangeSetType="UPDATE" if found else "CREATE",
                TemplateBody=template,
                Parameters=[*kept, *given],
                Capabilities=["CAPABILITY_NAMED_IAM"],
                ImportExistingResources=True,
                Tags=[{"Key": "service", "Value": "model-registry"}, {"Key": "stage", "Value": self.stage}],
            )
        except ClientError as refusal:
            raise StackFailed(_advised(refusal.response["Error"]["Message"])) from refusal
        described = self._made(name)
        if described["Status"] == "FAILED":
            reason = described.get("StatusReason", "no reason given")
            self.drop(Plan(name, ()))
            if any(each in reason for each in NO_CHANGES):
                return None
            raise StackFailed(_advised(reason))
        plan = Plan(name, tuple(self._changes(name, described)))
        if not plan.changes:
            self.drop(plan)
            return None
        return plan

    def _made(self, name: str) -> Mapping[str, Any]:
        """A change set, once CloudFormation has made it or given up."""
        for pause in pauses():
            described = self.client.describe_change_set(StackName=self.name, ChangeSetName=name)
            if described["Status"] in {"CREATE_COMPLETE", "FAILED"}:
                return described  # type: ignore[no-any-return]
            time.sleep(pause)
        raise AssertionError("pauses have no end")

    def _check(self, template: str, parameters: Mapping[str, str]) -> None:
        try:
            summary = self.client.get_template_summary(TemplateBody=template)
        except ClientError as refusal:
            raise StackFailed(_advised(refusal.response["Error"]["Message"])) from refusal
        known = {each["ParameterKey"] for each in summary["Parameters"]}
        if unknown := set(parameters) - known:
            raise StackFailed(
                f"There is no parameter {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}."
            )

    def _ready(self) -> Mapping[str, Any] | None:
        """The stack as it can be changed; the remains of one that never came to be are taken away."""
        found = self._describe()
        if found is None or found["StackStatus"] == EMPTY:
            return None
        status = found["StackStatus"]
        if status in NEVER_MADE:
            self.delete(lambda _: None)
            return None
        if status not in STEADY:
            advice = "wait for it" if status.endswith("IN_PROGRESS") else "see to it in CloudFormation's console"
            raise StackFailed(f"Stack {self.name} is in state {status}: {advice}, and repeat.")
        return found

    def _changes(self, name: str, described: Mapping[str, Any]) -> Iterator[str]:
        while True:
            for each in described["Changes"]:
                change = each["ResourceChange"]
                line = f"{SIGNS.get(change['Action'], '?')} {change['LogicalResourceId']} ({change['ResourceType']})"
                yield line + REPLACED.get(change.get("Replacement", ""), "")
            if not described.get("NextToken"):
                return
            described = self.client.describe_change_set(
                StackName=self.name, ChangeSetName=name, NextToken=described["NextToken"]
            )

    def drop(self, plan: Plan) -> None:
        """Forget a plan, and the empty stack that it was for."""
        self.client.delete_change_set(StackName=self.name, ChangeSetName=plan.name)
        if self.status() == EMPTY:
            self.client.delete_stack(StackName=self.name)

    def carry_out(self, plan: Plan, tell: Tell) -> None:
        """Do what was planned, telling each step, and wait for the end.

        Raises:
            StackFailed: it was rolled back; with the reasons.
        """
        seen = {each["EventId"] for each in self._events(self.name, set())}
        self.client.execute_change_set(StackName=self.name, ChangeSetName=plan.name)
        self._wait(self.name, seen, tell, wanted=STEADY - {"UPDATE_ROLLBACK_COMPLETE"})

    def delete(self, tell: Tell) -> None:
        """End the stack; what its template retains stays. Without a stack, nothing.

        Raises:
            StackFailed: something cannot be deleted; with the reason.
        """
        if (found := self._describe()) is None:
            return
        # By its id: CloudFormation forgets the names of stacks that are gone.
        seen = {each["EventId"] for each in self._events(found["StackId"], set())}
        self.client.delete_stack(StackName=self.name)
        self._wait(found["StackId"], seen, tell, wanted=frozenset({"DELETE_COMPLETE"}))

    def _wait(self, stack: str, seen: set[str], tell: Tell, *, wanted: frozenset[str]) -> None:
        failures: list[str] = []
        found = None
        for pause in pauses():
            # The state first: what happened before it was reached is then among the events.
            found = self._describe(stack)
            for event in reversed(list(self._events(stack, seen))):
                seen.add(event["EventId"])
                reason = event.get("ResourceStatusReason", "")
                line = f"{event['ResourceStatus']:<24} {event['LogicalResourceId']}"
                tell(f"{line}  {reason}" if reason else line)
                if event["ResourceStatus"].endswith("FAILED") and "cancelled" not in reason:
                    failures.append(f"{event['LogicalResourceId']}: {reason}")
            if found is None or not found["StackStatus"].endswith("IN_PROGRESS"):
                break
            time.sleep(pause)
        status = found["StackStatus"] if found else "DELETE_COMPLETE"
        if status not in wanted:
            reason = " ".join(failures) or found.get("StackStatusReason", "no reason given")  # type: ignore[union-attr]
            raise StackFailed(f"Stack {self.name} ended as {status}. {_advised(reason)}")

    def _events(self, stack: str, seen: set[str]) -> Iterator[Mapping[str, Any]]:
        """The events that were not yet seen, the newest first."""
        try:
            for page in self.client.get_paginator("describe_stack_events").paginate(StackName=stack):
                for event in page["StackEvents"]:
                    if event["EventId"] in seen:
                        return
                    yield event
        except ClientError as refusal:
            if "does not exist" not in str(refusal):
                raise


def template(path: Path, stage: str) -> str:
    """The template with the stage's name written out: CloudFormation finds what is left only under such names."""
    return STAGE_IN_A_NAME.sub(rf"\g<1>{stage}\g<2>", path.read_text())


def pauses() -> Iterator[float]:
    """Seconds between one question and the next, without end: they grow to three."""
    pause = 0.1
    while True:
        yield pause
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def _advised(reason: str) -> str:
    advice = next((advice for sign, advice in WHAT_TO_DO.items() if sign in reason), "Mend that, and repeat.")
    return f"{reason.rstrip('. ')}. {advice}"
