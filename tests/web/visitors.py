"""People at a browser without JavaScript: they see pages, fill in the forms that are there, and press buttons."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Self

from django.http import HttpResponse

from models_app.identity.user import User
from tests.identity.people import Browser, an_account

ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
VOID = frozenset({"input", "meta", "link", "br", "hr", "img"})


@dataclass
class Form:
    """A form as it stands on a page."""

    values: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[dict[str, str]] = field(default_factory=list)
    action: str = ""


class Page(HTMLParser):
    """What a person, or a screen reader, finds on a page."""

    def __init__(self, response: HttpResponse, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.response, self.status, self.address = response, response.status_code, address
        self.html = response.content.decode()
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.headings: list[str] = []
        self.alerts: list[str] = []
        self.notices: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self._open: list[tuple[str, dict[str, str], list[str]]] = []
        self._select = ""
        self.feed(self.html)

    @property
    def form(self) -> Form:
        """The form of the page; the other one signs out."""
        [found] = [form for form in self.forms if form.action != "/logout"]
        return found

    def beside(self, name: str) -> str:
        """What is said beside a field."""
        return self.of_id.get(f"id_{name}_error", "")

    def offers(self, path: str) -> bool:
        """Whether a link leads there."""
        return any(address.partition("?")[0] == path for address in self.links.values())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if tag not in VOID:
            self._open.append((tag, given, []))
        if tag == "form":
            self.forms.append(Form(action=given.get("action", "")))
        if tag == "button" and self.forms:
            self.forms[-1].buttons.append(given)
        if not self.forms or "name" not in given:
            return
        form, name = self.forms[-1], given["name"]
        if tag == "input" and given.get("type") == "radio":
            form.choices.setdefault(name, []).append(given["value"])
            if "checked" in given:
                form.values[name] = given["value"]
        elif tag == "input":
            form.values[name] = given.get("value", "")
        elif tag == "select":
            self._select = name
            form.choices[name] = []

    def handle_data(self, data: str) -> None:
        for _, _, texts in self._open:
            texts.append(data)

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            name, given, texts = self._open.pop()
            self._close(name, given, "".join(texts))
            if name == tag:
                return

    def _close(self, tag: str, given: dict[str, str], text: str) -> None:
        said = " ".join(text.split())
        if "id" in given:
            self.of_id[given["id"]] = said
        if tag == "a":
            self.links[said] = given.get("href", "")
        elif tag == "h1":
            self.headings.append(said)
        elif tag == "textarea":
            self.forms[-1].values[given["name"]] = text.removeprefix("\n")
        elif tag == "option" and self._select:
            value = given.get("value", said)
            choices = self.forms[-1].choices[self._select]
            choices.append(value)
            if "selected" in given or len(choices) == 1:
                self.forms[-1].values[self._select] = value
        elif tag == "select":
            self._select = ""
        if given.get("role") == "alert":
            self.alerts.append(said)
        if given.get("role") == "status":
            self.notices.append(said)

    @property
    def of_id(self) -> dict[str, str]:
        """What the elements with an id say."""
        found: dict[str, str] = self.__dict__.setdefault("_of_id", {})
        return found

    @property
    def said(self) -> str:
        """All that a person reads."""
        return " ".join(" ".join(self.texts).split())

    @property
    def texts(self) -> list[str]:
        """Each piece of text."""
        reader = _Reader()
        reader.feed(self.html)
        return reader.texts


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@dataclass
class Visitor(Browser):
    """Somebody who is signed in, and goes by what the pages show."""

    def sees(self, address: str) -> Page:
        """A page."""
        return Page(self.client.get(address, headers={"accept": ACCEPT}), address)

    def sends(self, page: Page, press: str = "", **typed: str) -> Page:
        """The page's form with something typed over what stands in it; ``press``: the value of the button."""
        values = page.form.values | typed
        buttons = [button for button in page.form.buttons if not press or button.get("value") == press]
        assert buttons, "there is no such button"
        if "name" in buttons[0]:
            values[buttons[0]["name"]] = buttons[0].get("value", "")
        return self.posts(page.address, values)

    def posts(self, address: str, values: dict[str, Any]) -> Page:
        """A form as it is, and on to where it leads."""
        response = self.client.post(address, values, headers={"accept": ACCEPT})
        if response.status_code == 303:
            return self.sees(response.headers["Location"])
        return Page(response, address)

    @classmethod
    def signed_in(cls, name: str, *, is_platform_admin: bool = False, **roles: str) -> Self:
        """Somebody with a new account."""
        account = an_account(name, is_platform_admin=is_platform_admin, **roles)
        visitor = cls(name)
        visitor.client.force_login(User.objects.get_by_natural_key(account))  # the form itself is slow on purpose
        visitor.client.cookies["csrftoken"] = "c" * 32
        return visitor
