"""What each page costs in calls, whatever the number of rows: one for the user, one for the teams, one for the rows."""

import pytest

from tests.admin.people import an_administrator
from tests.costs import counted_calls

USER, TEAMS = ["Query"], ["Query"]
FRAUD = "payments.fraud_2F1.0.0"


PAGES = [
    ("team/", [*USER, "Query"]),
    ("user/", [*USER, "Query"]),
    ("member/?team=payments", [*USER, *TEAMS, "Query"]),
    ("token/?team=payments", [*USER, *TEAMS, "Query"]),
    ("registeredmodel/?team=payments", [*USER, *TEAMS, "Query"]),
    ("registeredmodel/?q=payments.f", [*USER, *TEAMS, "Query"]),
    ("registeredmodel/", [*USER, *TEAMS, "Query", "Query"]),
    ("modelversion/?model=payments.fraud", [*USER, *TEAMS, "Query"]),
    ("modelversion/?team=payments", [*USER, *TEAMS, "Query"]),
    ("deployment/?team=payments", [*USER, *TEAMS, "Query"]),
    ("event/?team=payments", [*USER, *TEAMS, "Query"]),
    ("/admin/", [*USER, *TEAMS, "Query", "Query"]),
    ("team/payments/change/", [*USER, "GetItem"]),
    ("registeredmodel/payments.fraud/change/", [*USER, "Query"]),
    (f"modelversion/{FRAUD}/change/", [*USER, "GetItem"]),
    (f"modelversion/{FRAUD}/history/", [*USER, "GetItem", "Query"]),
    (f"modelversion/{FRAUD}/delete/", [*USER, "GetItem"]),
    ("modelversion/add/", [*USER, *TEAMS]),
    ("team/add/", USER),
]


@pytest.fixture
def root(payments):
    for number in range(6):
        payments.contributor.registers("fraud", version=f"1.0.{number}")
        payments.contributor.registers(f"model-{number}")
    payments.maintainer.deploys("payments.fraud", "1.0.0")
    return an_administrator()


class TestPages:
    def test_each_is_a_few_calls(self, root):
        for path, calls in PAGES:
            with counted_calls() as sent:
                assert root.sees(path).status == 200
            assert sent == calls, path

    def test_a_hundred_rows_cost_what_one_costs(self, root, payments):
        with counted_calls() as few:
            root.sees("registeredmodel/?team=payments")
        for number in range(44):
            payments.contributor.registers(f"more-{number}")
        with counted_calls() as many:
            page = root.sees("registeredmodel/?team=payments")

        assert len(page.rows) == 50
        assert few == many


class TestWrites:
    def test_saving_reads_the_row_and_the_services_do_the_rest(self, root):
        form = root.opens_form("modelversion", "payments.fraud/1.0.0")
        with counted_calls() as sent:
            page = root.client.post(
                f"/admin/models_app/modelversion/{FRAUD}/change/",
                form | {"csrfmiddlewaretoken": root.csrf_token, "description": "x"},
            )

        assert page.status_code == 302
        assert sent == [*USER, "GetItem", "BatchGetItem", "TransactWriteItems"]

    def test_a_form_that_is_wrong_writes_nothing(self, root):
        root.sees("team/add/")
        with counted_calls() as sent:
            root.sends("team/add/", slug="No Slug")

        assert sent == USER
