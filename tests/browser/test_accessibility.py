"""No page has a serious or critical violation of the rules of accessibility, in light or dark colours."""

import pytest

from tests.browser.accessibility import grave_violations
from tests.callers import API
from tests.proof.conftest import rounds
from tests.proof.figures import proves

pytestmark = pytest.mark.proof

MODEL, VERSION = "payments.fraud-detector", "1.2.0"
WEB = f"/web/models/{MODEL}"
LABEL = f"{WEB}/versions/{VERSION}"
ADMIN = "/admin/models_app"

TEAMS_PAGES = [
    *(f"{API}/models", f"{API}/models?teamId=payments", f"{API}/models?namePattern=nothing-is-called-so"),
    *(f"{API}/models/{MODEL}", f"{API}/models/{MODEL}?format=api"),
    *(f"{API}/models/{MODEL}/{VERSION}", f"{API}/models/{MODEL}/versions", f"{API}/models/{MODEL}/events"),
    *(f"{API}/models/{MODEL}/deployments", f"{API}/models/{MODEL}/{VERSION}/deployments"),
    *(f"{API}/models/{MODEL}/aliases/champion", f"{API}/models/{MODEL}/resolve?alias=champion"),
    *(f"{API}/deployments", f"{API}/deployments?teamId=payments", f"{API}/events?teamId=payments"),
    *(f"{API}/teams", f"{API}/teams/payments", f"{API}/teams/payments/members", f"{API}/teams/payments/tokens"),
    *(f"{API}/teams/payments/members/ada", f"{API}/me", f"{WEB}/compare?version=1.2.0&version=2.0.0"),
]
FORMS = [
    *("/web/account", "/web/account/password", "/web/models/new", f"{WEB}/edit", f"{WEB}/alias"),
    *(f"{WEB}/rename", f"{WEB}/delete"),
    *(f"{WEB}/aliases/champion/remove", f"{WEB}/rollback", f"{LABEL}/edit", f"{LABEL}/deploy", f"{LABEL}/deregister"),
    *("/web/teams/payments/settings", "/web/teams/payments/members/new", "/web/teams/payments/members/grace/role"),
    *("/web/teams/payments/members/grace/remove", "/web/teams/payments/tokens/new"),
]
NOUNS = ["team", "member", "user", "token", "registeredmodel", "modelversion", "deployment", "event"]
ADDED = ["team", "member", "user", "token", "modelversion"]
OBJECTS = {
    "team/payments": "history delete",
    "member/payments_2Fada": "history delete",
    "user/ada": "history password",
    "registeredmodel/payments.fraud-detector": "history",
    "modelversion/payments.fraud-detector_2F1.2.0": "history delete",
}


@pytest.fixture
def deployed(registry):
    """A deployment of the model, for the pages that show one."""
    return registry.calls("POST", f"models/{MODEL}/{VERSION}/deploy", {"environment": "axe"})["deploymentId"]


def first_link(visitor, path):
    """Where the first row of a list of the admin leads."""
    return visitor.opens(path).locator("#result_list th a").first.get_attribute("href")


def are_clean(visitor, paths, *, what):
    """None of the pages has any; in the suite, every third page is looked at."""
    chosen = paths[:: rounds(3, full=1)]
    found = {path: grave_violations(visitor.opens(path)) for path in chosen}
    grave = {path: listed for path, listed in found.items() if listed}
    print(grave or "")  # noqa: T201 - for who has to mend them
    name = f"{what} can be used by everybody (axe-core, light and dark)"
    proves(name, f"{len(grave)} of {len(chosen)} pages with a grave violation", target=0, holds=not grave)


def refused(visitor, path, button):
    """The violations of a form that comes back because nothing was filled in, as a browser without checks sends it."""
    visitor.opens(path).evaluate("document.querySelectorAll('form').forEach((form) => (form.noValidate = true))")
    visitor.page.get_by_role("main").get_by_role("button", name=button, exact=True).click()
    visitor.page.locator("[role=alert], .refusal, .errornote").first.wait_for()
    return grave_violations(visitor.page)


def test_the_pages_of_a_team(visitor, deployed):
    assert grave_violations(visitor.opens("/login")) == grave_violations(visitor.opens("/admin/login/")) == []
    visitor.signs_in("ada")
    of_deployment = [
        f"{API}/deployments/{deployed}",
        *(f"/web/deployments/{deployed}/{do}" for do in ("cancel", "report")),
    ]

    are_clean(visitor, [*TEAMS_PAGES, *of_deployment], what="pages of a team")


def test_the_page_of_a_team_without_models(visitor):
    visitor.signs_in("newcomer")

    for path in (f"{API}/models?teamId=sandbox", f"{API}/deployments?teamId=sandbox"):
        assert grave_violations(visitor.opens(path)) == []


def test_the_forms_of_a_team(visitor):
    visitor.signs_in("ada")

    are_clean(visitor, FORMS, what="forms of a team")


def test_the_pages_of_administrators(visitor, deployed):
    visitor.signs_in("admin")
    shown = [first_link(visitor, f"{ADMIN}/{noun}/") for noun in ("token", "event", "deployment")]
    paths = ["/web/teams/new", "/admin/", *(f"{ADMIN}/{noun}/" for noun in NOUNS)]
    paths += [f"{ADMIN}/{noun}/add/" for noun in ADDED]
    paths += [f"{ADMIN}/{key}/{page}/" for key, pages in OBJECTS.items() for page in ["change", *pages.split()]]

    are_clean(visitor, [*paths, *shown], what="pages of administrators")


def test_forms_that_come_back(visitor):
    visitor.signs_in("admin")

    assert refused(visitor, "/web/models/new", "Register") == []
    assert refused(visitor, "/web/account/password", "Change") == []
    assert refused(visitor, f"{ADMIN}/user/add/", "Save") == []
    assert refused(visitor, f"{ADMIN}/modelversion/add/", "Save") == []
