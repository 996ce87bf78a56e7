"""People at a real browser: they click what is there, and notice what goes wrong on a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, expect

from tests.local_registry import DEMO_PASSWORD, LocalRegistry

PATIENCE_MS = 15_000  # for what takes half a second on a machine with nothing else to do
FOLLOWS_WITHIN_MS = 60_000  # the pipeline works two seconds on a deployment, on one at a time
NOT_LOADED = "Failed to load resource"

expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Visitor:
    """Somebody at a browser."""

    page: Page
    url: str
    password: str = DEMO_PASSWORD
    troubles: list[str] = field(default_factory=list)

    @classmethod
    @contextmanager
    def arriving(cls, browser: Browser, registry: LocalRegistry, **how: Any) -> Iterator[Self]:
        """Open a browser profile of one's own. Colours change at once, so that they can be measured."""
        with browser.new_context(reduced_motion="reduce", **how) as context:
            context.set_default_timeout(PATIENCE_MS)
            somebody = cls(context.new_page(), registry.url)
            somebody.page.on("console", somebody.reads_the_console)
            somebody.page.on("pageerror", lambda error: somebody.troubles.append(f"{somebody.page.url}: {error}"))
            somebody.page.on("dialog", somebody.is_interrupted)
            yield somebody

    def reads_the_console(self, message: ConsoleMessage) -> None:
        """Errors, which a refusal by the content security policy is, too; not that a form was refused."""
        if message.type == "error" and not (
            message.text.startswith(NOT_LOADED) and self.is_here(message.location["url"])
        ):
            self.troubles.append(f"{self.page.url}: {message.text}")

    def is_here(self, url: str) -> bool:
        """Whether an address is that of the page itself."""
        return url == self.page.url

    def is_interrupted(self, dialog: Dialog) -> None:
        """No page of the registry opens one."""
        self.troubles.append(f"{self.page.url}: a dialog says {dialog.message}")
        dialog.dismiss()

    def opens(self, path: str) -> Page:
        """A page that is there."""
        answer = self.page.goto(f"{self.url}{path}")
        assert answer is not None
        assert answer.ok, f"{path} answers {answer.status}"
        return self.page

    def signs_in(self, name: str) -> Self:
        """Through the form, with the password of the demo."""
        self.opens("/login")
        self.types(user_name=name, password=self.password)
        self.presses("Sign in")
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()
        return self

    def types(self, **texts: str) -> None:
        """Fill in fields by their labels: `user_name` is "User name", with or without "optional" behind it."""
        for name, text in texts.items():
            label = re.compile(rf"^\s*{name.replace('_', ' ')}:?(\s+optional)?\s*$", re.IGNORECASE)
            self.page.get_by_label(label).fill(text)

    def presses(self, button: str) -> None:
        """A button, or a link that looks like one, by what stands on it."""
        self.page.get_by_role("button", name=button, exact=True).click()

    def follows(self, link: str) -> None:
        """A link in the page's middle, by what it says."""
        self.page.get_by_role("main").get_by_role("link", name=link, exact=True).first.click()

    def reads(self, text: str) -> None:
        """Wait until the page says so."""
        expect(self.page.get_by_role("main")).to_contain_text(text)

    def sees_heading(self, text: str) -> None:
        """Wait until the page's heading says so."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(text)
