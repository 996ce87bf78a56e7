"""An AWS account on this machine that checks every signature and every policy, for as long as a test looks at it."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3

from tests.commands.shell import ROOT, Said
from tests.engine import free_port

REGION = "us-east-1"
STARTS_WITHIN_SECONDS = 60


@dataclass(frozen=True)
class Cloud:
    """An account with nothing in it, and its administrator's credentials."""

    url: str

    def client(self, service: str) -> Any:
        """A client of a service, with all rights."""
        return self.session().client(service, endpoint_url=self.url)

    def session(self) -> boto3.session.Session:
        """The administrator's."""
        return boto3.session.Session("test", "test", region_name=REGION)

    def environment(self, **more: str) -> dict[str, str]:
        """What a process of the administrator's needs; nothing of this process's own AWS."""
        return _without_aws() | {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            **more,
        }

    def provision(self, *words: str, typed: str = "") -> Said:
        """What `manage.py provision` says, as its words are typed."""
        command = [sys.executable, "manage.py", "provision", *words]
        environment = self.environment()
        done = subprocess.run(
            command, cwd=ROOT, env=environment, input=typed, capture_output=True, text=True, check=False
        )
        return Said(done.returncode, done.stdout, done.stderr)


@contextmanager
def a_cloud() -> Iterator[Cloud]:
    """Start one on a free port; at the end it is stopped by its process id."""
    engine = _engine()
    home, port = engine.home_directory(), free_port()
    # Functions inherit what it has: none of them shall find the tests' own engine.
    environment = _without_aws() | engine.ministack_settings(port, None) | {"AUTH": "true"}
    command = [str(engine.install_ministack(home)), str(Path(__file__).parent / "emulator.py")]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url, process)
            yield Cloud(url)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _without_aws() -> dict[str, str]:
    """This process's environment, but for where its own AWS and registry are."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "REGISTRY_"))}


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the emulated AWS ended at once"
        try:
            urllib.request.urlopen(f"{url}/_ministack/health", timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("The emulated AWS did not start.")


def _engine() -> ModuleType:
    """``bin/engine.py``, which knows how to install ministack."""
    spec = importlib.util.spec_from_file_location("engine", ROOT / "bin" / "engine.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
