"""Reading pages as a person with a browser does: what they say, what stands in their tables, where they lead."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from models_app.domain.teams import Role
from tests.callers import API, Caller, Cast, a_person

VOID = {"meta", "link", "input", "br", "img", "hr"}


@dataclass
class Reader:
    """Somebody signed in, with a browser."""

    caller: Caller

    def opens(self, path: str, *, status: int = 200, **query: Any) -> Page:
        """A page."""
        url = path if path.startswith(("/", "http")) else f"{API}/{path}"
        url = f"{url}?{urlencode(query, doseq=True)}" if query else url
        answer = self.caller.client.get(url, headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
        assert answer.status_code == status, answer.content[:3000]
        page = Page(raw=answer.content.decode(), headers=dict(answer.headers))
        page.feed(page.raw)
        assert page.open == [], "a tag is left open"
        return page


def a_reader(payments: Cast, *, role: Role = Role.MAINTAINER, username: str = "ada", **teams: Role) -> Reader:
    """A member of the team, and perhaps of others."""
    return Reader(a_person(username, roles={payments.team: role} | teams))


@dataclass
class Element:
    """A tag that was read, with the text inside."""

    tag: str
    attributes: dict[str, str | None]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """A page, taken apart. It refuses tags that are closed in a wrong order."""

    raw: str
    headers: dict[str, str]
    elements: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        closed = self.open.pop()
        assert closed.tag == tag, f"</{tag}> closes <{closed.tag}>"

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """The elements of a kind, with certain attributes."""
        wanted = attributes.items()
        return [each for each in self.elements if each.tag == tag and wanted <= each.attributes.items()]

    @property
    def text(self) -> str:
        """All that the page says, its spaces in one."""
        return _plain(self.all("body")[0].text)

    @property
    def heading(self) -> str:
        """Its one heading of the first rank."""
        [heading] = self.all("h1")
        return _plain(heading.text)

    @property
    def links(self) -> dict[str, str]:
        """Where each link leads, by what it says."""
        return {_plain(each.text): str(each.attributes["href"]) for each in self.all("a")}

    @property
    def rows(self) -> list[list[str]]:
        """The rows of all tables, cell by cell."""
        found: list[list[str]] = []
        for each in self.elements:
            if each.tag == "tr":
                found.append([])
            elif each.tag in {"td", "th"}:
                found[-1].append(_plain(each.text))
        return found

    def row(self, first: str) -> list[str]:
        """The cells of the first row that begins with a text."""
        return next(row for row in self.rows if row and row[0] == first)


def _plain(text: str) -> str:
    return " ".join(text.split())
