"""Texts that would run somewhere else are texts here: on every page, in every form, in the admin."""

from urllib.parse import quote, urlencode

import pytest

from tests.browser.payloads import PAYLOADS
from tests.callers import API
from tests.proof.conftest import rounds
from tests.proof.figures import IN_FULL, controls, proves

pytestmark = pytest.mark.proof
INERT = "texts that would run elsewhere are texts on every page"

TEAM, NAME = "hostile", "all-of-them"
MODEL = f"{TEAM}.{NAME}"
WEB = f"/web/models/{MODEL}"
ADMIN = "/admin/models_app"
LABELS = [f"{number}" for number in range(1, len(PAYLOADS) + 1)]
ALL = "1000"

RAN = """async () => {
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const addresses = ["href", "src", "action", "formaction", "xlink:href", "srcdoc"];
  const isForeign = (value) => /^\\s*((javascript|data|vbscript):|\\/\\/invalid)/i.test(value);
  const isGrave = ({ name, value }) => name.startsWith("on") || (addresses.includes(name) && isForeign(value));
  const grave = [...document.querySelectorAll("*")].filter((each) => [...each.attributes].some(isGrave));
  return [...(window.ran ? ["ran"] : []), ...grave.map((each) => each.outerHTML.slice(0, 200))];
}"""


def texts(payloads):
    """What a version holds in each field that takes texts of anybody's choice."""
    keys = [payload.replace(":", "&colon;") for payload in payloads]
    columns = [{"name": each, "type": each, "required": True} for each in payloads]
    return {
        "description": "\n".join(payloads),
        "tags": dict(zip(keys, payloads, strict=True)),
        "metadata": {"nested": [{each: each} for each in payloads]} | {each: each for each in payloads},
        "metrics": {each: place for place, each in enumerate(payloads)},
        "frameworkVersion": payloads[0][:64],
        "s3Uri": f"s3://models/{payloads[0]}",
        "signature": {"inputs": columns, "outputs": columns, "params": columns},
        "lineage": {
            "runId": payloads[0],
            "gitCommit": payloads[0],
            "gitRepository": payloads[0],
            "datasets": payloads,
            "parents": payloads,
        },
    }


def changed(payloads):
    """The same, in what may change of a version."""
    return {name: value for name, value in texts(payloads).items() if name in {"description", "tags", "metadata"}}


@pytest.fixture(scope="module")
def deployments(registry):
    """A team whose objects all hold such texts: a version for each, one for all, and deployments; the ids of these."""
    common = {"teamId": TEAM, "modelName": NAME, "framework": "custom", "deploymentTarget": "EKS"}
    registry.calls("POST", "teams", {"teamId": TEAM, "displayName": "\n".join(PAYLOADS)[:100]})
    for payload in PAYLOADS:
        registry.calls("PATCH", f"teams/{TEAM}", {"displayName": payload})
        registry.calls("POST", f"teams/{TEAM}/tokens", {"name": payload, "role": "viewer"})
    for label, payload in zip(LABELS, PAYLOADS, strict=True):
        registry.calls("POST", "models", common | texts([payload]) | {"version": label})
    registry.calls("POST", "models", common | texts(PAYLOADS) | {"version": ALL})
    registry.calls("PATCH", f"models/{MODEL}", {name: changed(PAYLOADS)[name] for name in ("description", "tags")})
    registry.calls("PATCH", f"models/{MODEL}/{ALL}", changed(PAYLOADS[::-1]))
    registry.calls("PUT", f"models/{MODEL}/aliases/onload", {"version": ALL})
    parameters = {"fail": "\n".join(PAYLOADS)} | {each: [{each: each}] for each in PAYLOADS}
    found = []
    for label, environment, status in (
        (LABELS[0], "prod", "SUCCEEDED"),
        (ALL, "prod", "SUCCEEDED"),
        (ALL, "staging", "FAILED"),
    ):
        order = {"environment": environment, "parameters": parameters}
        found.append(registry.calls("POST", f"models/{MODEL}/{label}/deploy", order)["deploymentId"])
        # It ends here, before the pipeline has begun with it.
        report = {"status": status, "detail": "\n".join(PAYLOADS)}
        registry.calls("POST", f"deployments/{found[-1]}/status", report)
    return found


def what_ran(visitor, path):
    """What ran or could run on a page, and what the browser refused there."""
    visitor.troubles.clear()
    page = visitor.opens(path)
    found = page.evaluate(RAN)
    assert (path, found, visitor.troubles) == (path, [], [])
    return page


def pages_of(label):
    """The pages and forms of one version, for its team and for administrators; in the suite, three of them."""
    key = f"{ADMIN}/modelversion/{MODEL}_2F{label}"
    three = [f"{API}/models/{MODEL}/{label}", f"{WEB}/versions/{label}/edit", f"{key}/change/"]
    if label != ALL and not IN_FULL:
        return three
    forms = [f"{WEB}/versions/{label}/{form}" for form in ("deploy", "deregister")]
    more = [f"{API}/models/{MODEL}/{label}?format=api", f"{API}/models/{MODEL}/{label}/deployments"]
    return [*three, *forms, *more, f"{key}/history/", f"{key}/delete/"]


def test_none_runs_on_any_page_that_shows_all(visitor, deployments):
    visitor.signs_in("admin")
    compared = [LABELS[start : start + 5] for start in range(0, len(LABELS), 5)]
    of_team, of_model = f"{API}/teams/{TEAM}", f"{API}/models/{MODEL}"

    for path in (
        *(f"{API}/models?teamId={TEAM}", of_model, f"{of_model}?format=api", f"{of_model}/versions"),
        *(f"{of_model}/events", f"{of_model}/deployments", f"{API}/events?teamId={TEAM}", f"{API}/teams"),
        *(of_team, f"{of_team}?format=api", f"{of_team}/members", f"{of_team}/tokens", f"/web/teams/{TEAM}/settings"),
        *(f"{WEB}/{form}" for form in ("edit", "alias", "aliases/onload/remove")),
        f"{WEB}/rollback?environment=prod&deploymentTarget=EKS",
        *(f"{WEB}/compare?{urlencode({'version': labels}, doseq=True)}" for labels in compared),
        *(f"{API}/deployments/{each}{how}" for each in deployments for how in ("", "?format=api")),
        f"{API}/deployments?teamId={TEAM}",
        *pages_of(ALL),
        *(f"{ADMIN}/{noun}/" for noun in ("team", "token", "registeredmodel", "modelversion", "deployment", "event")),
        *(f"{ADMIN}/{noun}/?team={TEAM}" for noun in ("token", "modelversion", "deployment", "event")),
        *(f"{ADMIN}/team/{TEAM}/{page}/" for page in ("change", "history", "delete")),
        *(f"{ADMIN}/registeredmodel/{MODEL}/{page}/" for page in ("change", "history")),
        *(f"{ADMIN}/deployment/{each}/{page}/" for each in deployments for page in ("change", "history")),
        "/admin/",
    ):
        what_ran(visitor, path)


def test_each_alone_is_shown_as_it_was_written(visitor, deployments):
    visitor.signs_in("admin")

    chosen = [*zip(LABELS, PAYLOADS, strict=True)][:: rounds(4, full=1)]
    for label, payload in chosen:
        shown, form, *others = pages_of(label)
        assert what_ran(visitor, shown).locator(".prose").text_content() == payload
        assert what_ran(visitor, form).locator("#id_description").input_value() == payload
        for path in others:
            what_ran(visitor, path)
    figure = f"{len(chosen)} texts, {len(pages_of(LABELS[0]))} pages each"
    proves(INERT, figure, target="none runs, none is refused by the policy", holds=True)


def test_nor_does_one_that_is_searched_for_or_refused(visitor, deployments):
    visitor.signs_in("admin")
    every = "".join(PAYLOADS)

    what_ran(visitor, f"{API}/models?{urlencode({'namePattern': every[:100], 'tag': every})}")
    what_ran(visitor, f"{ADMIN}/registeredmodel/?{urlencode({'q': every})}")
    for path, fields, button in (
        ("/web/teams/new", {"team": every, "name": every}, "Found"),
        ("/web/models/new", {"model": every, "artifact": every, "description": every, "tags": every}, "Register"),
        (f"{ADMIN}/user/add/", {"user_name": every[:150], "email": PAYLOADS[0]}, "Save"),
    ):
        what_ran(visitor, path).evaluate("for (const form of document.forms) form.noValidate = true")
        visitor.types(**fields)
        visitor.presses(button)
        visitor.page.locator(".refusal, .errornote").first.wait_for()
        assert (path, visitor.page.evaluate(RAN), visitor.troubles) == (path, [], [])
    for path in (f"/{quote(PAYLOADS[0])}", f"{API}/models/{quote(PAYLOADS[5], safe='')}"):
        visitor.page.goto(f"{visitor.url}{path}")
        assert (path, visitor.page.evaluate(RAN)) == (path, [])
    visitor.troubles.clear()


def test_the_detector_sees_what_runs_on_a_page_that_forgets(without_policy):
    """Control: the same texts on a page that writes them as they are."""
    seen = len([payload for payload in PAYLOADS if without_policy(payload)])
    controls(INERT, f"{seen} of {len(PAYLOADS)} run on a page that forgets", target="at least 25", holds=seen >= 25)


@pytest.fixture
def without_policy(visitor):
    """Whether something is found on a page that is nothing but the text."""

    def look(payload):
        visitor.page.goto("about:blank")
        visitor.page.route("**/forgetful", lambda route: route.fulfill(body=payload, content_type="text/html"))
        visitor.page.goto(f"{visitor.url}/forgetful")
        found = visitor.page.evaluate(RAN)
        visitor.page.unroute("**/forgetful")
        visitor.troubles.clear()
        return found

    return look
