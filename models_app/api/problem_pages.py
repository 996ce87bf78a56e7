"""``/problems/{slug}``: what the ``type`` of a refusal leads to when somebody opens it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse

from models_app.api.problems import FRAMEWORK_PROBLEMS, STATUS, WireProblem
from models_app.domain.errors import RegistryError

# Where a sentence names what was asked for; doubled braces are meant as they stand.
PLACEHOLDER = re.compile(r"(?<!\{)\{\w+\}(?!\})")


def problem_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The problem in plain text: its title, its status, and the sentence that comes with it."""
    if slug not in (problems := all_problems()):
        raise Http404
    status, title, sentence = problems[slug]
    return HttpResponse(f"{title} ({status})\n\n{_spoken(sentence)}\n", content_type="text/plain; charset=utf-8")


def _spoken(template: str) -> str:
    return PLACEHOLDER.sub("…", template).replace("{{", "{").replace("}}", "}")


def all_problems() -> dict[str, tuple[int, str, str]]:
    """Every problem that the API answers with, by slug: status, title and sentence."""
    found = {slug: (code, title, text) for code, (slug, title, text) in FRAMEWORK_PROBLEMS.items()}
    for wire in WireProblem.__subclasses__():
        found[wire.slug] = (wire.status_code, wire.title, str(wire.default_detail))
    for kind, code in STATUS.items():
        found |= {leaf.slug: (STATUS.get(leaf, code), leaf.title, leaf.template) for leaf in _leaves(kind)}
    return found


def _leaves(kind: type[RegistryError]) -> Iterator[type[RegistryError]]:
    for leaf in kind.__subclasses__():
        yield leaf
        yield from _leaves(leaf)
