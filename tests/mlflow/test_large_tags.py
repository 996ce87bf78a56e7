"""Long values: the text of a prompt, which stays when other things change; and an end to what one item takes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.callers import Cast
from tests.mlflow.test_addresses import asks

PROMPT = "Ä" * 90_000


@pytest.fixture
def greeting(payments: Cast) -> Cast:
    """A prompt with one version."""
    is_prompt = {"key": "mlflow.prompt.is_prompt", "value": "true"}
    asks(payments.contributor, "POST", "registered-models/create", {"name": "greeting", "tags": [is_prompt]})
    given = {
        "name": "greeting",
        "source": "dummy-source",
        "tags": [is_prompt, {"key": "mlflow.prompt.text", "value": PROMPT}],
    }
    assert asks(payments.contributor, "POST", "model-versions/create", given).status == 200
    return payments


class TestTheRestApi:
    @pytest.mark.parametrize("patch", [{"description": "x"}, {"tags": {"owner": "risk"}}, {"metadata": {"a": 1}}])
    def test_changes_a_prompt_and_leaves_its_text(self, greeting: Cast, patch: dict[str, Any]) -> None:
        answer = greeting.contributor.patches("payments.greeting", "1", patch)

        assert answer.status == 200, answer.body
        assert answer.body["tags"]["mlflow.prompt.text"] == PROMPT

    def test_takes_a_prompt_back_as_it_gave_it(self, greeting: Cast) -> None:
        body = greeting.viewer.reads("payments.greeting", "1").body

        answer = greeting.contributor.replaces("payments.greeting", "1", body | {"description": "x"})

        assert answer.status == 200, answer.body

    @pytest.mark.parametrize(
        "tags",
        [
            {"mlflow.prompt.text": "x" * 5001},
            {"another": "x" * 5001},
            {"a:b": "x"},
            {f"k{number}": "x" * 5000 for number in range(20)},
        ],
        ids=["the text", "another", "a colon", "many"],
    )
    def test_holds_what_is_new_to_its_own_bounds(self, greeting: Cast, tags: dict[str, str]) -> None:
        answer = greeting.contributor.patches("payments.greeting", "1", {"tags": tags})

        assert (answer.status, answer.slug) == (400, "invalid-fields")


class TestTogether:
    """Promised: a caller's mistake is never a 500, which the client would repeat for minutes."""

    def test_fifty_tags_of_a_version_are_kept_and_the_shortest_listed(self, payments: Cast) -> None:
        tags = {f"k{number}": "ä" * (number * 40) for number in range(50)}
        asks(payments.contributor, "POST", "registered-models/create", {"name": "fraud"})
        given = {"name": "fraud", "source": "s3://m/x", "tags": [{"key": k, "value": v} for k, v in tags.items()]}

        assert asks(payments.contributor, "POST", "model-versions/create", given).status == 200

        listed = payments.viewer.reads("payments.fraud").body["latestVersion"]["tags"]
        assert payments.viewer.reads("payments.fraud", "1").body["tags"] == tags
        assert {"k0", "k20"} <= set(listed) < set(tags)

    def test_the_most_of_everything_is_kept_or_refused(self, payments: Cast) -> None:
        full = {f"k{number}": "ä" * 1950 for number in range(50)}
        tags = [{"key": key, "value": value} for key, value in full.items()]
        small = {f"k{number}": "ä" * 600 for number in range(50)}
        document = {"x": "ä" * 32_000}
        payments.contributor.registers(
            "fraud",
            metadata=document,
            signature=document,
            lineage={"datasets": ["ä" * 32_000]},
            tags=small,
            description="😀" * 10_000,
        )
        asks(payments.contributor, "PATCH", "registered-models/update", {"name": "fraud", "description": "😀" * 10_000})
        for key, value in small.items():
            asks(
                payments.contributor, "POST", "registered-models/set-tag", {"name": "fraud", "key": key, "value": value}
            )

        for tag in tags:
            answer = asks(
                payments.contributor, "POST", "model-versions/set-tag", {"name": "fraud", "version": "1"} | tag
            )
            assert answer.status in {200, 409}, answer.body

        assert answer.status == 409
        assert answer.body["error_code"] == "RESOURCE_CONFLICT"

    def test_a_models_tags_have_less_room(self, payments: Cast) -> None:
        tags = [{"key": f"k{number}", "value": "x" * 4000} for number in range(20)]

        answer = asks(payments.contributor, "POST", "registered-models/create", {"name": "fraud", "tags": tags})

        assert (answer.status, answer.body["error_code"]) == (400, "INVALID_PARAMETER_VALUE")

    @pytest.mark.parametrize("filter_string", ["name = 'greeting'", "name LIKE 'greet%'"])
    def test_a_page_has_no_more_than_an_answer_takes(self, greeting: Cast, filter_string: str) -> None:
        is_prompt = {"key": "mlflow.prompt.is_prompt", "value": "true"}
        tags = [is_prompt, {"key": "mlflow.prompt.text", "value": PROMPT}]
        for _ in range(29):
            given = {"name": "greeting", "source": "dummy-source", "tags": tags}
            asks(greeting.contributor, "POST", "model-versions/create", given)

        found, token = [], ""
        while True:
            query = {"filter": f"{filter_string} AND tags.`mlflow.prompt.is_prompt` = 'true'", "page_token": token}
            answer = asks(greeting.viewer, "GET", "model-versions/search", query)
            assert len(answer.raw) < 6_000_000
            found += [version["version"] for version in answer.body["model_versions"]]
            token = answer.body.get("next_page_token", "")
            if not token:
                break

        assert sorted(map(int, found)) == list(range(1, 31))
