#!/usr/bin/env python3
"""A stage on AWS from one command: `make deploy STAGE=dev`, `make diff STAGE=dev`, `make destroy STAGE=dev`.

Deploying is four steps, each of which may be repeated: the stack (manage.py provision), the package (bin/package.py),
the function and its API (Zappa, with registry_project/deployed.py at its end), and a look at whether it answers.

    bin/deploy.py deploy dev --parameter AlarmEmail=ops@example.org
    bin/deploy.py zappa dev rollback -n 1          whatever Zappa can do, with the stage's settings
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Final

import boto3  # type: ignore[import-untyped]
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

ROOT: Final = Path(__file__).resolve().parent.parent
HOME: Final = Path(os.environ.get("REGISTRY_HOME") or ROOT / ".local").resolve()
VENV: Final = HOME / "package-venv"

# A new API is not known everywhere at once, and a new function starts with its first call.
ANSWERS_WITHIN_SECONDS: Final = 90
UNAUTHORIZED: Final = 401
SMOKE: Final = (("/api/v1/health", 200), ("/api/schema", 200), ("/api/v1/models", UNAUTHORIZED))


class NotDeployed(Exception):
    """A step failed; the message says which, and what to do."""


class Stage:
    """A stage, and the steps to bring it about."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.function = f"model-registry-{name}"
        self.settings = HOME / "zappa" / f"{name}.json"
        self.package = ROOT / "dist" / f"{self.function}.zip"

    def provision(self, *words: str) -> None:
        """Run ``manage.py provision``; whoever types sees its questions."""
        self._run([sys.executable, "manage.py", "provision", self.name, *words], "the stack")

    def make_package(self) -> None:
        """Make the package with the stage's settings."""
        self._run([ROOT / "bin" / "setup", "package"], "the environment for packaging")
        make = [VENV / "bin" / "python", ROOT / "bin" / "package.py", self.name]
        self._run([*make, "--settings", self.settings, "--output", self.package], "the package")

    def zappa(self, command: str, *words: str) -> None:
        """Run Zappa with the stage's settings."""
        if not self.settings.exists():
            raise NotDeployed(f"There is no {self.settings}; `make deploy STAGE={self.name}` writes it.")
        self._run([ROOT / "bin" / "setup", "package"], "Zappa's environment")
        python = [VENV / "bin" / "python", "-W", "ignore", "-m", "zappa.cli"]
        self._run([*python, command, self.name, "--settings_file", self.settings, *words], f"zappa {command}")

    def deploy(self) -> None:
        """Deploy the package, or update what is there. What an interrupted deployment left is taken away first."""
        if self._has_function() and not self.api():
            self.zappa("undeploy", "--yes")
        self.zappa("update" if self._has_function() else "deploy", "--zip", str(self.package))

    def undeploy(self) -> None:
        """Take the function and its API away, if there are any."""
        if self._has_function() or self.api():
            self.zappa("undeploy", "--yes")

    def region(self) -> str:
        """Where the stage is."""
        return str(json.loads(self.settings.read_text())[self.name]["aws_region"])

    def api(self) -> str | None:
        """The id of its API, None without one. Zappa keeps it in a stack of its own."""
        try:
            found = self._client("cloudformation").describe_stack_resource(
                StackName=self.function, LogicalResourceId="Api"
            )
        except ClientError as refusal:
            if "does not exist" in str(refusal):
                return None
            raise
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    def smoke_test(self, through: str) -> None:
        """Look whether it answers, and whether it turns strangers away.

        Raises:
            NotDeployed: it does not, a minute and a half long.
        """
        api, region = self.api(), self.region()
        host = f"{api}.execute-api.{region}.amazonaws.com"
        address = through.format(api=api, host=host, stage=self.name)
        for path, wanted in SMOKE:
            give_up_at = time.monotonic() + ANSWERS_WITHIN_SECONDS
            while (status := ask(f"{address}{path}", host)) != wanted:
                if time.monotonic() > give_up_at:
                    log = f"bin/deploy.py zappa {self.name} tail --since 10m"
                    raise NotDeployed(f"GET {address}{path} answers {status}, not {wanted}. Its log: {log}")
                time.sleep(2)
            print(f"GET {path}: {wanted}")
        print(f"The registry answers at https://{host}/{self.name}")

    def _has_function(self) -> bool:
        client = self._client("lambda")
        try:
            client.get_function_configuration(FunctionName=self.function)
        except client.exceptions.ResourceNotFoundException:
            return False
        return True

    def _client(self, service: str) -> Any:
        return boto3.client(service, region_name=self.region())

    def _run(self, command: list[Any], what: str) -> None:
        # Zappa wants to know which environment it is in. Its answers come in between ours: nothing of ours may wait.
        sys.stdout.flush()
        variables = os.environ | ({"VIRTUAL_ENV": str(VENV)} if Path(command[0]).is_relative_to(VENV) else {})
        done = subprocess.run([str(word) for word in command], cwd=ROOT, env=variables, check=False)
        if done.returncode != 0:
            raise NotDeployed(f"{what} failed; the reason is above. Each step can be repeated.")


def ask(url: str, host: str) -> int | str:
    """The status that an address answers, or why there is none."""
    request = urllib.request.Request(url, headers={"Host": host, "Accept": "application/json"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=40) as answer:  # noqa: S310 - our own address
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code
    except (OSError, http.client.HTTPException) as failure:
        return f"nothing ({failure})"


def stages() -> str:
    """The stages that there are, for a message."""
    return ", ".join(sorted(json.loads((ROOT / "zappa_settings.json").read_text())))


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the return value is the exit code."""
    parser = argparse.ArgumentParser(prog="bin/deploy.py", description="A stage on AWS, from nothing to an answer.")
    parser.add_argument("command", choices=("deploy", "diff", "destroy", "zappa"))
    parser.add_argument("stage", nargs="?", default="")
    parser.add_argument(
        "--through", default="https://{host}/{stage}", metavar="URL", help="where to look whether it answers"
    )
    options, words = parser.parse_known_args(arguments)
    if not options.stage:
        print(f"Which stage? make {options.command} STAGE=dev (there are {stages()})", file=sys.stderr)
        return 2
    stage = Stage(options.stage)
    try:
        if options.command == "deploy":
            stage.provision(*words)
            stage.make_package()
            stage.deploy()
            stage.smoke_test(options.through)
        elif options.command == "diff":
            stage.provision("--diff", *words)
        elif options.command == "destroy":
            if stage.settings.exists():
                stage.undeploy()
            stage.provision("--destroy", *words)
        else:
            stage.zappa(words[0] if words else "status", *words[1:])
    except NotDeployed as failure:
        print(f"Not done: {failure}", file=sys.stderr)
        return 1
    except (ClientError, BotoCoreError) as failure:
        print(f"Not done: AWS says: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
