"""What is in the package, and what is not."""

from __future__ import annotations

import importlib.util
import zipfile
from pathlib import Path

import pytest

MB = 1_000_000
UNCHECKED = 0b01  # PEP 552: a hash instead of a date, which nobody compares


@pytest.fixture(scope="module")
def names(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as packed:
        return packed.namelist()


class TestItsSize:
    def test_is_small_enough_to_start_fast(self, archive: Path) -> None:
        with zipfile.ZipFile(archive) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
        print(f"{archive.stat().st_size / MB:.1f} MB zipped, {unpacked / MB:.1f} MB unpacked")

        assert archive.stat().st_size <= 20 * MB
        assert unpacked <= 70 * MB


class TestItsBytecode:
    def test_is_there_for_every_module_and_never_outdated(self, archive: Path) -> None:
        with zipfile.ZipFile(archive) as packed:
            compiled = {name: packed.read(name)[:8] for name in packed.namelist() if name.endswith(".pyc")}
            modules = [name for name in packed.namelist() if name.endswith(".py")]

        assert {importlib.util.cache_from_source(name) for name in modules} == set(compiled)
        assert {int.from_bytes(head[4:8], "little") for head in compiled.values()} == {UNCHECKED}


class TestItsContents:
    @pytest.mark.parametrize(
        "word",
        [
            *("zappa_settings.json", ".env", "requirements", ".git/", "secret_key", "tokens.json", "demo_models.json"),
            *("pytest", "ruff", "mypy", "moto/", "playwright", "granian", "troposphere", "pip/", "/tests/"),
        ],
    )
    def test_nothing_that_only_developers_use_and_no_secret(self, names: list[str], word: str) -> None:
        assert [name for name in names if word in name and ".dist-info/" not in name] == []

    def test_no_command_can_be_run_in_it(self, names: list[str]) -> None:
        assert [name for name in names if name.startswith(("models_app/management", "manage.py", "bin/"))] == []

    def test_the_static_files_of_pages_and_admin(self, names: list[str]) -> None:
        assert {
            "staticfiles/models_app/registry.css",
            "staticfiles/admin/css/base.css",
            "staticfiles/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js",
        } <= set(names)
