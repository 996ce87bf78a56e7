"""What axe-core finds on a page. It is written into the page by the debugger, which the page's policy does not bind."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from playwright.sync_api import Page

GRAVE = ("serious", "critical")

# Preloading copies style sheets into the page, which its policy rightly refuses.
RUN = """async (rules) => {
  const chosen = rules && { runOnly: { type: "rule", values: rules } };
  const options = { preload: false, resultTypes: ["violations"], ...chosen };
  const found = (await axe.run(document, options)).violations;
  return found.map(({ id, impact, nodes }) => ({ id, impact, where: nodes.map((node) => node.html).slice(0, 3) }));
}"""


def grave_violations(page: Page) -> list[str]:
    """Each serious or critical violation on the page as it stands, and those that only dark colours bring about.

    In the dark only the contrast can differ from what was seen in the light.
    """
    page.evaluate(_source())
    page.emulate_media(color_scheme="light")
    found = [("light", each) for each in page.evaluate(RUN, None)]
    page.emulate_media(color_scheme="dark")
    found += [("dark", each) for each in page.evaluate(RUN, ["color-contrast"])]
    return [f"{scheme}: {each['id']}: {each['where']}" for scheme, each in found if each["impact"] in GRAVE]


@cache
def _source() -> str:
    # Its last value is a function, which the debugger cannot hand over.
    return (files("axe_playwright_python") / "axe.min.js").read_text() + "\n;0"
