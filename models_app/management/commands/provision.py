"""Make, change, show or end what a stage has on AWS beside its function."""

from __future__ import annotations

import os
import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from models_app.management.aws import stacks, zappa_stages
from models_app.management.aws.remains import Remains

STAGE = re.compile(r"[a-z][a-z0-9]{1,15}")
TEMPLATE = settings.BASE_DIR / "registry_project" / "stack.yaml"


class Command(BaseCommand):
    help = "Make or update the stack of a stage: table, key, bus, role, alarms. It writes what Zappa has to know of it."
    requires_system_checks = ()  # they look at the registry, which this stage may not have yet

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("stage", help="a stage of zappa_settings.json")
        parser.add_argument("--diff", action="store_true", help="show what would change, and change nothing")
        parser.add_argument(
            "--parameter", action="append", default=[], metavar="NAME=VALUE", help="of the template; remembered"
        )
        parser.add_argument("--destroy", action="store_true", help="end the stack; table, key, secret and logs stay")
        parser.add_argument("--with-data", action="store_true", help="with --destroy: end these as well, for good")
        parser.add_argument("--yes", action="store_true", help="do not ask for the stage's name before data is lost")
        parser.add_argument("--settings-file", type=Path, default=settings.BASE_DIR / "zappa_settings.json")
        parser.add_argument(
            "--output", type=Path, help="where Zappa's settings go; .local/zappa/STAGE.json if left out"
        )

    def handle(self, *, stage: str, **options: Any) -> None:
        """Provision."""
        if not STAGE.fullmatch(stage):
            raise CommandError("A stage is named by 2-16 lower-case letters and digits.")
        if options["with_data"] and not options["destroy"]:
            raise CommandError("--with-data goes with --destroy.")
        home = Path(os.environ.get("REGISTRY_HOME") or settings.BASE_DIR / ".local")
        output = options["output"] or home / "zappa" / f"{stage}.json"
        try:
            own = zappa_stages.settings_of(stage, options["settings_file"])
            chosen = os.environ.get("AWS_REGION") or boto3.session.Session().region_name
            boto3.setup_default_session(region_name=chosen or own.get("aws_region"))
            stack = stacks.Stack(stage)
            if options["destroy"]:
                self._destroy(stack, output, with_data=options["with_data"], sure=options["yes"])
            else:
                self._provision(stack, own, output, options)
        except (stacks.StackFailed, zappa_stages.UnknownStage) as failure:
            raise CommandError(str(failure)) from failure
        except (ClientError, BotoCoreError) as failure:
            raise CommandError(f"AWS says no: {failure}. Look at the credentials and the region.") from failure

    def _provision(self, stack: stacks.Stack, own: zappa_stages.Settings, output: Path, options: Any) -> None:
        parameters = {"Stage": stack.stage} | dict(_parameter(text) for text in options["parameter"])
        self.stdout.write(f"Stack {stack.name} in {stack.client.meta.region_name}:")
        first = Remains(stack.stage).parameters()
        plan = stack.plan(stacks.template(TEMPLATE, stack.stage), parameters, first=first)
        for line in plan.changes if plan else ["no changes"]:
            self.stdout.write(f"  {line}")
        if plan and options["diff"]:
            stack.drop(plan)
        elif plan:
            stack.carry_out(plan, lambda line: self.stdout.write(f"  {line}"))
        self._settings(stack, own, output, diff=options["diff"])

    def _settings(self, stack: stacks.Stack, own: zappa_stages.Settings, output: Path, *, diff: bool) -> None:
        outputs = stack.outputs()
        if not outputs:
            self.stdout.write("Zappa's settings will be written once there is a stack.")
            return
        before = zappa_stages.read(output, stack.stage)
        after = zappa_stages.complete(own, outputs, stage=stack.stage, region=stack.client.meta.region_name)
        self.stdout.write(f"Zappa's settings in {output}:")
        changes = list(zappa_stages.differences(before, after)) or ["no changes"]
        for line in changes if before else ["all new"]:
            self.stdout.write(f"  {line}")
        if not diff:
            zappa_stages.write(output, stack.stage, after)

    def _destroy(self, stack: stacks.Stack, output: Path, *, with_data: bool, sure: bool) -> None:
        if with_data and not sure:
            typed = input(f"All models, history and logs of {stack.stage} will be lost. Type the stage's name: ")
            if typed.strip() != stack.stage:
                raise CommandError("That is not its name; nothing was touched.")
        if bucket := stack.outputs().get("PackageBucket"):
            boto3.resource("s3").Bucket(bucket).objects.delete()  # CloudFormation deletes only empty ones
        stack.delete(lambda line: self.stdout.write(f"  {line}"))
        output.unlink(missing_ok=True)
        self.stdout.write(f"Stack {stack.name} is gone.")
        if with_data:
            for gone in Remains(stack.stage).erase():
                self.stdout.write(f"Gone for good: {gone}.")
        else:
            self.stdout.write("Table, key, secret and logs stay; provisioning again takes them up.")


def _parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise CommandError(f"--parameter {text}: write NAME=VALUE.")
    return name, value
