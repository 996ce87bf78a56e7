"""Who works with the admin, and what they see: pages read as a person reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from typing import Any

from django.contrib.admin.utils import quote
from django.http import HttpResponse

from models_app.domain.teams import Username
from models_app.identity.user import User
from models_app.services import users
from tests.identity.people import Browser, an_account

TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.DOTALL)
ROOT = "/admin/models_app"


class Fields(HTMLParser):
    """The fields of a page's forms, with the values that a browser would send."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.values: dict[str, str] = {}
        self.choices: dict[str, list[str]] = {}
        self._select = self._area = ""
        self._is_first_line = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        name = named.get("name") or ""
        if tag == "input" and name and named.get("type") not in {"submit", "checkbox"}:
            self.values[name] = named.get("value") or ""
        elif tag == "input" and named.get("type") == "checkbox" and "checked" in named:
            self.values[name] = "on"
        elif tag == "select":
            self._select = name
            self.choices[name] = []
        elif tag == "option" and self._select:
            self.choices[self._select].append(named.get("value") or "")
            if "selected" in named or len(self.choices[self._select]) == 1:
                self.values[self._select] = named.get("value") or ""
        elif tag == "textarea":
            self._area, self._is_first_line = name, True
            self.values[name] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            # A browser drops the line break that Django writes behind <textarea>.
            self.values[self._area] += data.removeprefix("\n") if self._is_first_line else data
            self._is_first_line = False


@dataclass
class Page:
    """An answer, as a person reads it."""

    response: HttpResponse

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def html(self) -> str:
        return self.response.content.decode()

    @property
    def text(self) -> str:
        return _plain(self.html)

    @property
    def rows(self) -> list[str]:
        """The keys on a list; on one without actions, each row as it reads."""
        keys = re.findall(r'name="_selected_action" value="([^"]*)"', self.html)
        return [unescape(key) for key in keys] or [_plain(row) for row in self._all(r"<tr>(<th.*?)</tr>")]

    @property
    def fields(self) -> dict[str, str]:
        """What the form on the page holds."""
        return self._parsed.values

    @property
    def choices(self) -> dict[str, list[str]]:
        """What its choice lists offer."""
        return self._parsed.choices

    @property
    def errors(self) -> dict[str, str]:
        """What stands beside each field; under "" what stands above all."""
        beside = r'<div class="form-row errors field-(\w+)">\s*<ul class="errorlist".*?</ul>'
        found = {each[1]: _plain(each[0]) for each in re.finditer(beside, self.html, re.DOTALL)}
        above = self._all(r'<ul class="errorlist nonfield".*?</ul>')
        return found | ({"": _plain(above[0])} if above else {})

    @property
    def messages(self) -> list[str]:
        """What the page says was done."""
        return [
            _plain(each)
            for listed in self._all(r'<ul class="messagelist">(.*?)</ul>')
            for each in re.findall(r"<li.*?</li>", listed, re.DOTALL)
        ]

    @property
    def next(self) -> str | None:
        """The link to the next page."""
        link = re.search(r'<a href="([^"]*)" rel="next"', self.html)
        return unescape(link[1]) if link else None

    def _all(self, pattern: str) -> list[str]:
        return re.findall(pattern, self.html, re.DOTALL)

    @property
    def _parsed(self) -> Fields:
        form = re.search(r'<form [^>]*id="\w+_form".*?</form>', self.html, re.DOTALL)
        parser = Fields()
        parser.feed(form[0] if form else self.html)
        return (parser.values and parser) or parser


@dataclass
class Administrator(Browser):
    """Somebody at a browser who works with the admin."""

    def sees(self, path: str) -> Page:
        """A page, after the redirects that lead to it."""
        return Page(self.client.get(_address(path), follow=True))

    def sends(self, path: str, **fields: Any) -> Page:
        """A form, and the page that comes after it."""
        if not self.csrf_token:
            self.sees("/admin/")
        data = {
            "csrfmiddlewaretoken": self.csrf_token,
            **{name: value for name, value in fields.items() if value is not None},
        }
        return Page(self.client.post(_address(path), data, follow=True))

    def adds(self, noun: str, **fields: Any) -> Page:
        """Open the form of a new row, fill it in and send it."""
        return self.sends(f"{noun}/add/", **(self.sees(f"{noun}/add/").fields | fields))

    def changes(self, noun: str, key: str, **fields: Any) -> Page:
        """Open the form of a row, change some fields and send it."""
        return self.sends(f"{noun}/{quote(key)}/change/", **(self.opens_form(noun, key) | fields))

    def opens_form(self, noun: str, key: str) -> dict[str, Any]:
        """The form of a row, as it is now."""
        return self.sees(f"{noun}/{quote(key)}/change/").fields

    def deletes_row(self, noun: str, key: str) -> Page:
        """Press delete, and confirm it."""
        return self.sends(f"{noun}/{quote(key)}/delete/", post="yes")

    def acts(self, noun: str, action: str, *keys: str, confirmed: bool = True) -> Page:
        """Select rows of a list and run an action on them."""
        more = {"confirmed": "yes"} if confirmed else {}
        return self.sends(f"{noun}/", action=action, _selected_action=list(keys), **more)

    def history_of(self, noun: str, key: str) -> Page:
        """What happened to a row."""
        return self.sees(f"{noun}/{quote(key)}/history/")


def an_administrator(username: str = "root") -> Administrator:
    """A platform administrator, signed in."""
    return signed_in_to_admin(username, is_platform_admin=True)


def signed_in_to_admin(username: str, *, is_platform_admin: bool = False, **roles: str) -> Administrator:
    """Somebody with a new account, signed in, who may or may not be let into the admin."""
    an_account(username, is_platform_admin=is_platform_admin, **roles)
    account = users.find_user(Username(username))
    assert account is not None
    browser = Administrator(username)
    browser.client.force_login(User.of(account))  # test_entering signs in by the form, where hashing takes its time
    return browser


def _plain(html: str) -> str:
    return " ".join(unescape(TAG.sub(" ", html)).split())


def _address(path: str) -> str:
    return path if path.startswith("/") else f"{ROOT}/{path}"
