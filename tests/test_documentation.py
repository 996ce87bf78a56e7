"""The documentation tells all there is and nothing else, its links lead somewhere, and README does what it shows."""

from __future__ import annotations

import json
import pkgutil
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.urls import URLPattern, get_resolver

from models_app.api.problem_pages import all_problems
from models_app.domain.events import EventKind
from models_app.management import commands
from tests.contract import CONVERTER, camelize
from tests.local_registry import a_local_registry

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("examples/**/*.md")])

FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
ENVIRONMENT = re.compile(
    r"""environ(?:ment)?(?:\.get|\.setdefault)?[(\[]"([A-Z][A-Z_]+)"   # Python
      | \$\{([A-Z][A-Z_]+):-                                        # shell, with a default
    """,
    re.VERBOSE,
)
OF_MLFLOW = ("api/2.0/", "api/3.0/")  # described in docs/mlflow.md: tests/mlflow/test_addresses.py
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
SEPARATOR = "\x1e"


def headings(page: Path, *, level: int | None = None) -> list[str]:
    """The headings of a page; what stands in a block of code is none."""
    found = HEADING.findall(FENCED.sub("", page.read_text()))
    return [title for marks, title in found if level in {None, len(marks)}]


def anchor(title: str) -> str:
    """How GitHub names a heading in a link."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def endpoints() -> set[str]:
    """Every call that the URL resolver knows under /api: ``GET /api/v1/models/{modelId}``."""
    found = set()
    for pattern, route in walk(get_resolver().url_patterns):
        if route.startswith("api/") and not route.startswith(OF_MLFLOW):
            path = "/" + CONVERTER.sub(lambda name: f"{{{camelize(name[1])}}}", route)
            actions = getattr(pattern.callback, "actions", None) or {"get": "get"}
            found |= {f"{method.upper()} {path}" for method in actions if method.upper() in METHODS}
    return found


def walk(patterns: list[object], prefix: str = "") -> Iterator[tuple[URLPattern, str]]:
    for each in patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLPattern):
            yield each, route
        else:
            yield from walk(each.url_patterns, route)


def read_from_the_environment() -> set[str]:
    """Every environment variable that the application or a script of ours asks for."""
    sources = [*(ROOT / "bin").iterdir(), *ROOT.glob("*.py")]
    sources += [path for room in ("models_app", "registry_project") for path in (ROOT / room).rglob("*.py")]
    texts = [path.read_text() for path in sources if path.is_file()]
    return {name for text in texts for names in ENVIRONMENT.findall(text) for name in names if name}


class TestEverythingIsDescribed:
    def test_each_endpoint_has_its_heading_and_no_heading_is_of_one_that_is_gone(self):
        described = {title for title in headings(DOCS / "api.md", level=3) if title.split()[0] in METHODS}
        assert described == endpoints()

    def test_each_problem_has_its_section_and_no_section_is_of_one_that_is_gone(self):
        assert set(headings(DOCS / "problems.md", level=2)) == set(all_problems())

    @pytest.mark.parametrize("slug", sorted(all_problems()))
    def test_the_example_of_a_problem_is_what_the_api_answers(self, slug):
        status, title, template = all_problems()[slug]
        section = (DOCS / "problems.md").read_text().split(f"\n## {slug}\n")[1].split("\n## ")[0]
        example = json.loads(FENCED.search(section)[2])
        assert (example["type"], example["title"], example["status"]) == (f"/problems/{slug}", title, status)
        if slug != "body-unreadable":  # its sentence is said where the body is read
            sentence = re.sub(r"\\\{\w+\\\}", ".+", re.escape(template.replace("{{", "\0").replace("}}", "\1")))
            assert re.fullmatch(sentence.replace("\0", r"\{").replace("\1", r"\}"), example["detail"])

    def test_each_kind_of_event_has_its_heading_and_no_heading_is_of_one_that_is_gone(self):
        assert set(headings(DOCS / "events.md", level=3)) == {kind.value for kind in EventKind}

    def test_each_management_command_has_its_heading(self):
        names = {module.name for module in pkgutil.iter_modules(commands.__path__)}
        assert names
        assert names <= set(headings(DOCS / "commands.md", level=2))

    def test_each_environment_variable_has_its_row(self):
        rows = set(re.findall(r"^\| `([A-Z_]+)` \|", (DOCS / "configuration.md").read_text(), re.MULTILINE))
        names = read_from_the_environment()
        assert {"ENVIRONMENT", "REGISTRY_TABLE", "PORT", "REGISTRY_ENGINE", "OIDC_ISSUER"} <= names
        assert names - rows == set()


class TestLinks:
    @pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
    def test_each_relative_link_leads_to_a_file_and_a_heading(self, page):
        for link in LINK.findall(FENCED.sub("", page.read_text())):
            if link.startswith(("http://", "https://")):
                continue
            path, _, wanted = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.exists(), f"{link} leads nowhere"
            assert not wanted or wanted in map(anchor, headings(target)), f"{link} names no heading"

    def test_each_decision_has_a_number_of_its_own(self):
        numbers = [page.name[:3] for page in (DOCS / "decisions").glob("*.md")]
        assert len(numbers) == len(set(numbers)) >= 12


@dataclass(frozen=True)
class Step:
    """A block of README to run, and the answer that it shows, if it shows one."""

    command: str
    shown: str | None


def steps(text: str) -> list[Step]:
    """README's shell blocks in their order, each with the block of output behind it."""
    blocks = FENCED.findall(text)
    found = []
    for (language, code), (following, answer) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if language == "sh":
            found.append(Step(code, answer if following in {"json", "text"} else None))
    return found


def is_as_shown(printed: str, shown: str) -> bool:
    """Whether an answer is the one shown, where ``…`` stands for whatever differs each time."""
    pattern = re.escape(shown.strip()).replace("…", r'[^"\n]*')
    return re.fullmatch(pattern, printed.strip()) is not None


@pytest.fixture(scope="class")
def registry(tmp_path_factory):
    """A registry as `make run` starts it, on a port and in a home of its own."""
    with a_local_registry(tmp_path_factory.mktemp("home")) as running:
        yield running


class TestReadme:
    def test_its_commands_print_what_it_shows(self, registry):
        text = (ROOT / "README.md").read_text().replace("127.0.0.1:8000", f"127.0.0.1:{registry.port}")
        there = steps(text.replace(".local/tokens.json", str(registry.home / "tokens.json")))
        script = f"printf '{SEPARATOR}'\n".join(step.command for step in there)
        done = subprocess.run(["sh", "-eu"], input=script, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        answers = done.stdout.split(SEPARATOR)
        assert sum(step.shown is not None for step in there) >= 5
        for step, printed in zip(there, answers, strict=True):
            shown = step.shown or ""
            assert is_as_shown(printed, shown), f"{step.command}\nprints\n{printed}\nbut README shows\n{shown}"

    def test_the_comparison_notices_what_differs(self):
        shown = '{"modelId": "sandbox.churn", "createdAt": "…"}'
        assert is_as_shown('{"modelId": "sandbox.churn", "createdAt": "2026-11-23T08:02:55.729Z"}\n', shown)
        assert not is_as_shown('{"modelId": "sandbox.other", "createdAt": "2026-11-23T08:02:55.729Z"}', shown)
        assert not is_as_shown('{"modelId": "sandbox.churn", "createdAt": "…", "more": 1}', shown)
        assert not is_as_shown("", shown)

    def test_make_knows_the_two_commands_it_opens_with(self):
        makefile = (ROOT / "Makefile").read_text()
        first = FENCED.search((ROOT / "README.md").read_text())[2]
        tasks = re.findall(r"^\$ make (\w+)", first, re.MULTILINE)
        assert tasks == ["run", "test"]
        assert all(re.search(rf"^{task}:", makefile, re.MULTILINE) for task in tasks)
