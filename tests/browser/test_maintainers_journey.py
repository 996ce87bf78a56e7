"""What a maintainer does on an ordinary day, in a browser: from a new version to the way back."""

import pytest
from playwright.sync_api import expect

from tests.browser.visitors import FOLLOWS_WITHIN_MS, Visitor

MODEL = "payments.fraud-detector"
SUCCEEDED = "succeeded"


@pytest.fixture(params=["visitor", "without_javascript"], ids=["with JavaScript", "without JavaScript"])
def ada(request) -> Visitor:
    """A maintainer of the team payments, signed in."""
    return request.getfixturevalue(request.param).signs_in("ada")


def deploys(ada, version, *, to):
    """Open the form, look at the plan, and only then press the button."""
    ada.opens(f"/web/models/{MODEL}/versions/{version}/deploy")
    ada.types(environment=to)
    ada.presses("Plan again")
    ada.reads(f"{MODEL} {version} in {to} on")
    ada.presses(f"Deploy to {to}")


def watches(ada, *, runs_scripts):
    """The page follows the deployment by itself; who has no scripts is told to look again, and does."""
    status = ada.page.locator("h1 .status")
    if runs_scripts:
        expect(status).to_have_text(SUCCEEDED, ignore_case=True, timeout=FOLLOWS_WITHIN_MS)
        return
    for _ in range(FOLLOWS_WITHIN_MS // 500):
        if status.inner_text().lower() == SUCCEEDED:
            return
        ada.page.wait_for_timeout(500)
        ada.follows("Look again")
    raise AssertionError("The deployment did not succeed in time.")


def test_from_a_new_version_to_the_way_back(ada, request):
    runs_scripts = "with JavaScript" in request.node.name
    label, environment = ("9.1.0", "staging") if runs_scripts else ("9.2.0", "canary")

    ada.opens("/api/v1/models?teamId=payments")
    ada.presses("Register a version")
    ada.types(model="fraud-detector", version=label, artifact="s3://models/fraud/9/model.joblib")
    ada.types(tags="season = autumn", metrics="accuracy = 0.98")
    ada.presses("Register")
    ada.sees_heading(label)

    ada.opens(f"/api/v1/models/{MODEL}")
    for each in (label, "1.2.0"):
        ada.page.get_by_label(f"Compare {each}").check()
    ada.presses("Compare")
    ada.sees_heading("Compare 2 versions")
    expect(ada.page.get_by_role("columnheader", name=label)).to_be_visible()

    for each in ("1.2.0", label):
        deploys(ada, each, to=environment)
        watches(ada, runs_scripts=runs_scripts)

    ada.opens(f"/api/v1/models/{MODEL}")
    ada.page.get_by_role("row", name=environment).get_by_role("link", name="Roll back").first.click()
    ada.reads(f"In {environment}")
    ada.types(detail="The new one is too slow.")
    ada.presses("Roll back")
    ada.reads("The new one is too slow.")
    watches(ada, runs_scripts=runs_scripts)
    ada.sees_heading("1.2.0")

    ada.presses("Sign out")
    ada.sees_heading("Sign in")
    ada.page.goto(f"{ada.url}/api/v1/models")
    ada.sees_heading("Sign in")
