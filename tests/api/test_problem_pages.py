"""The type of a problem is an address: whoever opens it reads what it means."""

import re

import pytest

from models_app.api.problem_pages import all_problems
from tests.identity.people import Browser


@pytest.mark.parametrize("slug", sorted(all_problems()))
def test_every_type_of_problem_opens_and_reads_as_a_sentence(table, slug):
    answer = Browser("visitor").opens(f"/problems/{slug}")

    text = answer.content.decode()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "A server error occurred" not in text
    assert not re.search(r"\{\{|^\{\w+\}$", text, re.MULTILINE)


def test_there_are_no_others(table):
    for slug in ("nothing", "Team-Taken", "team_taken", "%00", ".."):
        assert Browser("visitor").opens(f"/problems/{slug}").status_code == 404
