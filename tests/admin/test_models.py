"""Models in the admin."""

import pytest

from tests.admin.people import an_administrator


@pytest.fixture
def root(payments):
    payments.contributor.registers("fraud", version="1.0.0")
    payments.contributor.registers("fraud", version="1.1.0", framework="xgboost")
    payments.contributor.registers("churn", version="1.0.0", deploymentTarget="Lambda")
    payments.outsider.registers("cats", version="1.0.0")
    return an_administrator()


def names(page):
    return [row.split()[0] for row in page.rows]


class TestFinding:
    def test_they_are_listed_team_by_team_with_their_newest_version(self, root):
        assert names(root.sees("registeredmodel/")) == ["payments.churn", "payments.fraud", "vision.cats"]
        assert root.sees("registeredmodel/").rows[1].startswith("payments.fraud 1.1.0 xgboost EKS REGISTERED 2 ")

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("team=vision", ["vision.cats"]),
            ("framework=xgboost", ["payments.fraud"]),
            ("target=Lambda", ["payments.churn"]),
            ("status=DEPRECATED", []),
            ("framework=scikit-learn&team=payments", ["payments.churn"]),
            ("q=c", ["payments.churn", "vision.cats"]),
            ("q=payments.", ["payments.churn", "payments.fraud"]),
            ("q=payments.f", ["payments.fraud"]),
            ("q=payments.f&team=vision", []),
            ("q=raud", []),
            ("q=C", []),
            ("team=nowhere", []),
            ("team=No Slug", []),
            ("framework=nonsense", []),
        ],
    )
    def test_filters_and_prefixes_narrow_the_list(self, root, query, found):
        assert names(root.sees(f"registeredmodel/?{query}")) == found

    def test_a_model_leads_to_its_versions(self, root):
        assert '/admin/models_app/modelversion/?model=payments.fraud"' in root.sees("registeredmodel/").html
        assert root.sees("modelversion/?model=payments.fraud").rows == ["payments.fraud/1.1.0", "payments.fraud/1.0.0"]


class TestDescribing:
    def test_its_description_and_tags_change_with_an_event(self, root):
        page = root.changes(
            "registeredmodel", "payments.fraud", description="Cards\r\nand more", tags='{"domain": "cards"}'
        )

        assert page.messages == ["The model “ payments.fraud ” was changed successfully."]
        form = root.opens_form("registeredmodel", "payments.fraud")
        assert (form["description"], form["tags"]) == ("Cards\nand more", '{\n  "domain": "cards"\n}')
        assert 'user:root ModelUpdated payments.fraud description → Cards and more tags {} → {"domain":"cards"}' in (
            root.history_of("registeredmodel", "payments.fraud").text
        )

    @pytest.mark.parametrize(
        ("tags", "sentence"),
        [
            ("nonsense", "This is not JSON"),
            ("[]", "must be a JSON object"),
            ('{"a": 1}', "a: A tag's value is a text"),
            ('{"a": "1", "a": "2"}', "stands twice"),
            ('{"a:b": "c"}', "no colon"),
        ],
    )
    def test_tags_that_are_none_are_told_and_stay_as_typed(self, root, tags, sentence):
        page = root.changes("registeredmodel", "payments.fraud", description="New", tags=tags)

        assert sentence in page.errors["tags"]
        assert (page.fields["tags"], page.fields["description"]) == (tags, "New")

    def test_a_model_is_neither_added_nor_deleted_here(self, root):
        assert root.sees("registeredmodel/add/").status == 403
        assert root.deletes_row("registeredmodel", "payments.fraud").status == 403
