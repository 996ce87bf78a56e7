"""The house rules that can be read off the source. Each has a sample that must be caught."""

from __future__ import annotations

import ast
import dataclasses
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models_app.api.problem_pages import all_problems
from models_app.domain import errors
from models_app.storage.transactions import Write

ROOT = Path(__file__).parent.parent
PRODUCT = sorted([*ROOT.glob("models_app/**/*.py"), *ROOT.glob("registry_project/**/*.py")])
STORAGE = sorted(ROOT.glob("models_app/storage/*.py"))
MOST_LINES = 350

# Promised: "The table's keys, the GSIs and the PynamoDB models live in ONE module".
LONGER = {"models_app/storage/table.py": 550}

# Whatever writes to DynamoDB without a transaction; of PynamoDB's models and of its connections.
WRITES = {"save", "delete", "update", "put_item", "update_item", "delete_item", "batch_write", "batch_write_item"}
KEY = re.compile(
    r"^(TEAM|TEAMS|MODEL|VERSION|ALIAS|EVENT|EVENTS|TOKEN|USER|USERS|OUTBOX|DEPLOYMENT|IDEM|RATE|SEEN|WEBHOOK"
    r"|DELIVERY|SEAL)[#~]"
)
INDEX = re.compile(r"^(pk|sk|gsi\d(pk|sk)?)$")

Finding = Iterator[ast.AST]


def scans(module: ast.AST) -> Finding:
    """Calls that read the whole table."""
    return (call for call in calls(module) if name_of(call) in {"scan", "rate_limited_scan"})


def unconditional_writes(module: ast.AST) -> Finding:
    """Writes that no condition guards."""
    for call in calls(module):
        if isinstance(call.func, ast.Attribute) and name_of(call) in WRITES:
            conditions = [word.value for word in call.keywords if word.arg == "condition"]
            if not conditions or (isinstance(conditions[0], ast.Constant) and conditions[0].value is None):
                yield call


def writes_without_condition(module: ast.AST) -> Finding:
    """``Write(…)`` whose third argument is missing or None."""
    for call in calls(module):
        if name_of(call) == "Write":
            given = {field.name: value for field, value in zip(dataclasses.fields(Write), call.args, strict=False)}
            given |= {word.arg: word.value for word in call.keywords if word.arg}
            condition = given.get("condition")
            if condition is None or (isinstance(condition, ast.Constant) and condition.value is None):
                yield call


def keys(module: ast.AST) -> Finding:
    """Texts that begin like a key of the table."""
    return (node for node in texts(module) if KEY.match(node.value))


def attributes_of_keys(module: ast.AST) -> Finding:
    """Names of the table's key attributes."""
    return (node for node in texts(module) if INDEX.match(node.value))


def calls(module: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(module) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def texts(module: ast.AST) -> Iterator[ast.Constant]:
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(module)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node


def found_in(files: list[Path], rule: Callable[[ast.AST], Finding], *, but: set[str] = frozenset()) -> list[str]:  # type: ignore[assignment]
    """Where a rule finds something: ``file:line``."""
    return [
        f"{path.relative_to(ROOT)}:{node.lineno}"  # type: ignore[attr-defined]
        for path in files
        if path.name not in but
        for node in rule(ast.parse(path.read_text()))
    ]


class TestStorage:
    """Promised: "No table scan on any request path"; and "no read-then-write"."""

    def test_only_the_check_of_soundness_reads_the_whole_table(self) -> None:
        assert found_in(PRODUCT, scans, but={"soundness.py"}) == []

    def test_nothing_is_written_without_a_condition(self) -> None:
        assert found_in(STORAGE, unconditional_writes) == []

    def test_every_write_of_a_transaction_has_a_condition(self) -> None:
        assert found_in(STORAGE, writes_without_condition) == []
        condition = next(field for field in dataclasses.fields(Write) if field.name == "condition")
        assert condition.default is condition.default_factory is dataclasses.MISSING
        assert condition.type == "Condition"

    def test_only_the_table_knows_the_form_of_a_key(self) -> None:
        """Promised: "The table's keys, the GSIs and the PynamoDB models live in ONE module"."""
        assert found_in(PRODUCT, keys, but={"table.py"}) == []

    def test_nothing_above_storage_knows_a_key_attribute(self) -> None:
        """Promised: "Nothing above the storage layer knows a key"."""
        above = [path for path in PRODUCT if path not in STORAGE]

        assert found_in(above, attributes_of_keys) == []


class TestTheRules:
    """A rule that catches nothing proves nothing."""

    @pytest.mark.parametrize(
        ("rule", "source"),
        [
            (scans, "connection().scan(limit=1)"),
            (scans, "ModelItem.scan()"),
            (unconditional_writes, "item.save()"),
            (unconditional_writes, "item.save(condition=None)"),
            (unconditional_writes, "connection().put_item('a', 'b')"),
            (unconditional_writes, "connection().update_item('a', actions=[])"),
            (writes_without_condition, "Write(Verb.PUT, item, refusal=Refused)"),
            (writes_without_condition, "Write(Verb.PUT, item, None, Refused)"),
            (keys, "pk = f'TEAM#{team}'"),
            (keys, "sk = 'VERSION~'"),
            (attributes_of_keys, "page.next['gsi2sk']"),
        ],
    )
    def test_a_breach_is_caught(self, rule: Callable[[ast.AST], Finding], source: str) -> None:
        assert list(rule(ast.parse(source)))

    @pytest.mark.parametrize(
        ("rule", "source"),
        [
            (unconditional_writes, "item.save(condition=Item.pk.does_not_exist())"),
            (writes_without_condition, "Write(Verb.PUT, item, LIVE, Refused)"),
            (keys, "def f():\n    'TEAM#team is what it begins with'"),
            (keys, "'TEAM'"),
        ],
    )
    def test_what_is_right_is_left_alone(self, rule: Callable[[ast.AST], Finding], source: str) -> None:
        assert not list(rule(ast.parse(source)))


class TestTheHouse:
    def test_the_floors_are_kept(self) -> None:
        """House rule: "Import rule, drawn once and checked by import-linter"."""
        # In a process of its own: it sets up logging anew, which would silence ours for all tests after it.
        command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

        assert done.returncode == 0, done.stdout

    def test_no_module_is_a_giant(self) -> None:
        """House rule: "Modules of 100-300 lines … Two or three giants are what people complain about"."""
        lines = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in PRODUCT}

        assert {path: count for path, count in lines.items() if count > LONGER.get(path, MOST_LINES)} == {}

    def test_there_are_no_drawers(self) -> None:
        """House rule: "no utils, helpers, common, base, manager, handlers"; Django asks for ``nodb/base.py``."""
        drawers = {"utils", "helpers", "common", "base", "manager", "managers", "handlers", "misc"}

        found = [path for path in PRODUCT if path.stem in drawers or path.parent.name in drawers]
        assert [str(path.relative_to(ROOT)) for path in found] == ["models_app/nodb/base.py"]


class TestProblems:
    def test_each_has_a_section_in_the_documentation(self) -> None:
        page = (ROOT / "docs" / "problems.md").read_text()
        headings = {line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")}

        assert set(all_problems()) - headings == set()

    def test_no_two_share_a_slug(self) -> None:
        slugs = [leaf.slug for leaf in leaves(errors.RegistryError)]

        assert len(slugs) == len(set(slugs)) > 20

    def test_each_is_in_the_tree_at_the_top_of_its_module(self) -> None:
        assert [
            leaf.__name__ for leaf in leaves(errors.RegistryError) if leaf.__name__ not in (errors.__doc__ or "")
        ] == []

    @pytest.mark.parametrize(
        "leaf", [*dict.fromkeys(errors.RegistryError.__subclasses__())], ids=lambda kind: kind.__name__
    )
    def test_a_kind_is_never_raised_itself(self, leaf: type[errors.RegistryError]) -> None:
        assert not hasattr(leaf, "slug")
        assert leaf.__subclasses__()


def leaves(kind: type[errors.RegistryError]) -> Iterator[type[errors.RegistryError]]:
    for inner in kind.__subclasses__():
        yield from leaves(inner)
    if not kind.__subclasses__():
        yield kind
