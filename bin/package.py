#!/usr/bin/env python3
"""`make package STAGE=dev`: the zip that runs on Lambda, in dist/.

Zappa assembles it, from a folder with nothing but what runs and an environment with nothing but what that takes. Then
what nobody imports goes, and everything is compiled: Zappa writes all files with one date, by which Python takes its
own bytecode for outdated and compiles 2 s long at each cold start; bytecode that is found by nobody's date is
"unchecked" (PEP 552). At last the package is looked at: what must not be in it, and what it may weigh.
"""

from __future__ import annotations

import argparse
import compileall
import hashlib
import json
import os
import py_compile
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parent.parent
HOME: Final = Path(os.environ.get("REGISTRY_HOME", PROJECT / ".local"))
VENV: Final = HOME.resolve() / "package-venv"

MAX_ZIPPED_MB: Final = 20
MAX_UNPACKED_MB: Final = 70
MB: Final = 1_000_000

RUNNING: Final = ("registry_project", "models_app")

# What the AWS clients of the registry talk to. The descriptions of all the others are 18 MB.
SERVICES: Final = frozenset({"dynamodb", "events", "secretsmanager", "sts"})

# Nobody imports it at run time. Patterns as in fnmatch, over whole paths: ``*`` crosses slashes.
UNUSED: Final = (
    *("*/tests/*", "*/testing/*", "*.pyi", "*.pth", "*.c", "*.h", "*/py.typed"),
    *(
        f"{name}{rest}"
        for name in ("argcomplete", "cfn_flip", "click", "granian", "hjson", "placebo")
        for rest in ("/*", "-*")
    ),
    *(f"{name}{rest}" for name in ("pip", "pycparser", "requests", "setuptools", "slugify") for rest in ("/*", "-*")),
    *(f"{name}{rest}" for name in ("text_unidecode", "toml", "tqdm", "troposphere", "wheel") for rest in ("/*", "-*")),
    *("charset_normalizer/*", "charset_normalizer-*", "certifi/*", "certifi-*", "cffi/*", "packaging/*", "packaging-*"),
    *("_distutils_hack/*", "pkg_resources/*", "bin/*", "share/*"),
    *("django/conf/project_template/*", "django/conf/app_template/*", "django/contrib/gis/*"),
    *("django/contrib/*/locale/*", "django/conf/locale/*/LC_MESSAGES/*", "rest_framework/locale/*"),
    *("django_filters/locale/*", "*/static/*", "rest_framework/templates/*"),
    *("aws_lambda_powertools/event_handler/*", "yaml/_yaml.*", "cfn_*", "attr*"),
    *(
        f"aws_lambda_powertools/utilities/{name}/*"
        for name in ("batch", "data_classes", "data_masking", "feature_flags")
    ),
    *(
        f"aws_lambda_powertools/utilities/{name}/*"
        for name in ("idempotency", "kafka", "parameters", "parser", "streaming")
    ),
    *("jsonschema*", "referencing*", "rpds*", "zappa/cli.py", "zappa/core.py", "zappa/letsencrypt.py", "zappa/ext/*"),
)
KEPT: Final = ("staticfiles/*",)

# None of these may be in a package, whatever a stage's settings say.
FORBIDDEN: Final = (
    *("*/tests/*", "tests/*", "zappa_settings.json", ".env*", "*/.env*", "*.pem", "*.key", "*.zip", ".git/*", "*.md"),
    *("pytest*", "ruff*", "mypy*", "moto/*", "*/inline_snapshot/*", "playwright/*", "*secret_key*", "*tokens.json"),
)
MAY_LOOK_LIKE_IT: Final = ("*.dist-info/*", "*LICENSE*", "botocore/cacert.pem")


def main() -> None:
    """Make a stage's package, and tell what it weighs."""
    parser = argparse.ArgumentParser(description="Make the package that runs on Lambda.")
    parser.add_argument("stage", help="a stage of zappa_settings.json")
    parser.add_argument("--settings", type=Path, default=PROJECT / "zappa_settings.json", help="another settings file")
    parser.add_argument("--output", type=Path, help="where to; dist/model-registry-STAGE.zip if left out")
    arguments = parser.parse_args()
    output = arguments.output or PROJECT / "dist" / f"model-registry-{arguments.stage}.zip"
    noted = output.with_suffix(".inputs")
    try:
        inputs = inputs_of(arguments.stage, arguments.settings)
        if output.exists() and noted.exists() and noted.read_text() == inputs:
            print(f"{output} is as it would be made.")
            return
        unpacked = make(arguments.stage, settings=arguments.settings, output=output)
    except PackageRefused as refusal:
        sys.exit(f"No package: {refusal}")
    noted.write_text(inputs)
    print(f"{output}: {output.stat().st_size / MB:.1f} MB, {unpacked / MB:.1f} MB unpacked")


class PackageRefused(Exception):
    """The package cannot be made, or is none that may be deployed."""


def inputs_of(stage: str, settings: Path) -> str:
    """A digest of all that decides what is in a package."""
    installed = sorted(VENV.glob("installed-from-*"))
    sources = [path for name in RUNNING for path in files_of(PROJECT / name) if path.suffix != ".pyc"]
    digest = hashlib.sha256(f"{stage} {sys.version}".encode())
    for path in (Path(__file__), settings, *installed, *sources):
        digest.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
    return digest.hexdigest()


def make(stage: str, *, settings: Path, output: Path) -> int:
    """Make the package; its size unpacked, in bytes.

    Raises:
        PackageRefused: it cannot be made, holds what it must not, or is too large.
    """
    stages = json.loads(settings.read_text())
    if stage not in stages:
        raise PackageRefused(f"{settings.name} has no stage {stage}; it has {', '.join(sorted(stages))}.")
    with tempfile.TemporaryDirectory(prefix="package-") as folder:
        staging, tree = Path(folder) / "staging", Path(folder) / "tree"
        collect(staging, settings)
        assembled = Path(folder) / "assembled.zip"
        run("-m", "zappa.cli", "package", stage, "--output", str(assembled), cwd=staging)
        with zipfile.ZipFile(assembled) as archive:
            archive.extractall(tree)
        trim(tree)
        keep_endpoints_of_services(tree)
        compile_all(tree)
        check(tree)
        size = sum(path.stat().st_size for path in files_of(tree))
        packed = Path(folder) / "packed.zip"
        pack(tree, packed)
        zipped = packed.stat().st_size
        if zipped > MAX_ZIPPED_MB * MB or size > MAX_UNPACKED_MB * MB:
            found = f"{zipped / MB:.1f} MB zipped and {size / MB:.1f} MB unpacked"
            raise PackageRefused(f"{found}; at most {MAX_ZIPPED_MB} and {MAX_UNPACKED_MB} are wanted.")
        output.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(packed, output)
    return size


def collect(staging: Path, settings: Path) -> None:
    """The project's own part: what runs, and the static files of all that has some."""
    without = shutil.ignore_patterns("__pycache__", "*.pyc", "management")
    for name in RUNNING:
        shutil.copytree(PROJECT / name, staging / name, ignore=without)
    shutil.copy(settings, staging / "zappa_settings.json")
    left_out = [word for name in ("rest_framework", "*redoc*", "*.map") for word in ("--ignore", name)]
    run("-m", "django", "collectstatic", "--no-input", "--verbosity=0", *left_out, cwd=staging)


def run(*arguments: str, cwd: Path) -> None:
    """Run Python in the packaging environment, with settings of no stage.

    Raises:
        PackageRefused: it failed; with what it said.
    """
    environment = {
        "PATH": f"{VENV / 'bin'}:/usr/bin:/bin",
        "VIRTUAL_ENV": str(VENV),
        "HOME": str(cwd),
        "ENVIRONMENT": "package",
        "DJANGO_SETTINGS_MODULE": "registry_project.settings",
        "REGISTRY_SECRET_KEY": "x" * 50,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "ignore",
    }
    done = subprocess.run(
        [str(VENV / "bin" / "python"), *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise PackageRefused(f"{' '.join(arguments[:3])} failed.\n{done.stdout}{done.stderr}")


def files_of(tree: Path) -> Iterator[Path]:
    """Every file, in one order for good."""
    return iter(sorted(path for path in tree.rglob("*") if path.is_file()))


def trim(tree: Path) -> None:
    """Take away what nobody imports."""
    for path in files_of(tree):
        name = path.relative_to(tree).as_posix()
        if is_any(name, KEPT) and not name.endswith(".pyc"):
            continue
        if name.endswith(".pyc") or is_any(name, UNUSED) or _is_foreign_service(name):
            path.unlink()


def _is_foreign_service(name: str) -> bool:
    parts = name.split("/")
    return parts[:2] == ["botocore", "data"] and len(parts) > 3 and parts[2] not in SERVICES  # noqa: PLR2004


def keep_endpoints_of_services(tree: Path) -> None:
    """The list of all hosts of all services is read at each cold start: keep ours."""
    path = tree / "botocore" / "data" / "endpoints.json"
    told = json.loads(path.read_text())
    for partition in told["partitions"]:
        partition["services"] = {name: each for name, each in partition["services"].items() if name in SERVICES}
    path.write_text(json.dumps(told))


def compile_all(tree: Path) -> None:
    """Bytecode for every module, which Python takes without a look at the source's date.

    Raises:
        PackageRefused: something cannot be compiled.
    """
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    # The paths in tracebacks are those on Lambda.
    if not compileall.compile_dir(
        tree, quiet=2, force=True, stripdir=str(tree), prependdir="/var/task", invalidation_mode=mode
    ):
        raise PackageRefused("some module cannot be compiled.")


def check(tree: Path) -> None:
    """Raise PackageRefused if something is in it that must not be."""
    names = [path.relative_to(tree).as_posix() for path in files_of(tree)]
    if wrong := [name for name in names if is_any(name, FORBIDDEN) and not is_any(name, MAY_LOOK_LIKE_IT)]:
        raise PackageRefused(f"this must not be in it: {', '.join(wrong[:20])}")


def pack(tree: Path, output: Path) -> None:
    """Zip a tree; the same tree gives the same bytes."""
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in files_of(tree):
            entry = zipfile.ZipInfo(path.relative_to(tree).as_posix(), date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o755 << 16 if path.suffix == ".so" else 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes(), compresslevel=9)


def is_any(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether a path is like any of some patterns."""
    return any(fnmatch(name, pattern) for pattern in patterns)


if __name__ == "__main__":
    main()
