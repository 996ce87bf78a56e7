"""Versions in the admin."""

import pytest

from tests.admin.people import an_administrator

FRAUD = "payments.fraud/1.0.0"


@pytest.fixture
def root(payments):
    payments.contributor.registers("fraud", version="1.0.0", metadata={"seed": 12345678901234567890, "rate": 1.0})
    payments.contributor.registers("fraud", version="2.0.0")
    return an_administrator()


class TestFinding:
    def test_the_list_has_each_models_newest_and_a_models_list_has_all(self, root, payments):
        payments.outsider.registers("cats", version="7")

        assert root.sees("modelversion/").rows == ["payments.fraud/2.0.0", "vision.cats/7"]
        assert root.sees("modelversion/?q=vision.").rows == ["vision.cats/7"]
        assert root.sees("modelversion/?model=payments.fraud").rows == ["payments.fraud/2.0.0", FRAUD]
        assert root.sees("modelversion/?model=payments.fraud&q=1").rows == [FRAUD]
        assert root.sees("modelversion/?model=payments.fraud&status=DEPRECATED").rows == []
        assert root.sees("modelversion/?model=payments.none").rows == []
        assert root.sees("modelversion/?model=nonsense").rows == []


class TestRegistering:
    def test_a_version_is_registered_with_its_model(self, root, payments):
        page = root.adds(
            "modelversion",
            team="vision",
            model_name="dogs",
            version="1.0.0",
            framework="pytorch",
            target="Lambda",
            s3_uri="s3://models/dogs/1",
            sha256="AB" * 32,
            size_bytes="10",
            metrics='{"accuracy": 0.5}',
        )

        assert page.messages == ["The version “ vision.dogs/1.0.0 ” was added successfully."]
        version = payments.outsider.reads("vision.dogs", "1.0.0").body
        assert (version["sha256"], version["metrics"], version["createdBy"]) == (
            "ab" * 32,
            {"accuracy": 0.5},
            "user:root",
        )

    @pytest.mark.parametrize(
        ("wrong", "field", "sentence"),
        [
            ({"version": "latest"}, "version", "begins with a digit"),
            ({"version": "1.0.0"}, "version", "is registered with another artifact"),
            ({"model_name": "#"}, "model_name", "A model name is"),
            ({"s3_uri": "http://x"}, "s3_uri", "s3://bucket/key"),
            ({"sha256": "x"}, "sha256", "64 hexadecimal digits"),
            ({"size_bytes": "-1"}, "size_bytes", "greater than or equal to 0"),
            ({"metrics": '{"a": "b"}'}, "metrics", "a: A metric is a finite number."),
            ({"metadata": '{"a": NaN}'}, "metadata", "NaN is no JSON number"),
            ({"metadata": '{"a": "' + "x" * 66_000 + '"}'}, "metadata", "at most 65536 are kept"),
            ({"metadata": "[" * 100_000}, "metadata", "nested deeper"),
        ],
        ids=lambda case: next(iter(case)) if isinstance(case, dict) else None,
    )
    def test_what_is_wrong_stands_beside_its_field(self, root, wrong, field, sentence):
        typed = {"team": "payments", "model_name": "fraud", "version": "3", "s3_uri": "s3://models/fraud/3", **wrong}

        page = root.adds("modelversion", **typed)

        assert sentence in page.errors[field]
        assert page.fields[field] == typed[field]


class TestChanging:
    def test_only_what_was_changed_is_written_and_numbers_keep_their_digits(self, root, payments):
        page = root.changes("modelversion", FRAUD, description="Better", tags='{"owner": "risk"}')

        assert page.messages == [f"The version “ {FRAUD} ” was changed successfully."]
        version = payments.viewer.reads("payments.fraud", "1.0.0")
        assert version.body["description"] == "Better"
        assert b'"seed":12345678901234567890' in version.raw
        assert b'"rate":1.0' in version.raw
        assert 'user:root ModelVersionUpdated payments.fraud/1.0.0 description → Better tags {} → {"owner":"risk"}' in (
            root.history_of("modelversion", FRAUD).text
        )

    def test_a_number_that_only_changes_its_kind_is_a_change(self, root, payments):
        root.changes("modelversion", FRAUD, metadata='{"seed": 12345678901234567890, "rate": 1}')

        assert b'"rate":1,' in payments.viewer.reads("payments.fraud", "1.0.0").raw

    def test_a_status_is_deprecated_and_taken_back(self, root):
        root.changes("modelversion", FRAUD, status="DEPRECATED")
        assert root.opens_form("modelversion", FRAUD)["status"] == "DEPRECATED"

        root.changes("modelversion", FRAUD, status="REGISTERED", target="Lambda")
        form = root.opens_form("modelversion", FRAUD)
        assert (form["status"], form["target"]) == ("REGISTERED", "Lambda")

    def test_what_was_registered_is_shown_and_not_to_be_changed(self, root, payments):
        root.changes("modelversion", FRAUD, s3_uri="s3://other/place", framework="onnx", description="x")

        version = payments.viewer.reads("payments.fraud", "1.0.0").body
        assert (version["s3Uri"], version["framework"]) == ("s3://models/fraud/model.joblib", "scikit-learn")

    @pytest.mark.parametrize(
        "key", ["payments.fraud/latest", "payments.fraud/@champion", "payments.fraud/9", "x", "/", "é"]
    )
    def test_what_is_no_label_is_no_page(self, root, payments, key):
        payments.maintainer.moves("payments.fraud", "champion", "1.0.0")

        assert "Perhaps it was deleted?" in root.sees(f"modelversion/{key.replace('/', '_2F')}/change/").text


class TestDeleting:
    def test_it_is_hidden_and_can_be_restored(self, root, payments):
        assert root.deletes_row("modelversion", FRAUD).messages == [f"The version “{FRAUD}” was deleted successfully."]
        assert payments.viewer.reads("payments.fraud", "1.0.0").status == 404
        assert payments.maintainer.restores("payments.fraud", "1.0.0").status == 200

    def test_what_depends_on_it_is_shown_before_any_harm(self, root, payments):
        payments.maintainer.moves("payments.fraud", "champion", "1.0.0")
        page = root.sees("modelversion/payments.fraud_2F1.0.0/delete/")

        assert "Cannot delete version" in page.text
        assert f"{FRAUD}: alias champion" in page.text
        root.deletes_row("modelversion", FRAUD)
        assert payments.viewer.reads("payments.fraud", "1.0.0").status == 200

    def test_of_several_each_has_its_answer(self, root, payments):
        payments.maintainer.moves("payments.fraud", "champion", "1.0.0")

        page = root.acts("modelversion", "delete_versions", FRAUD, "payments.fraud/2.0.0")

        assert page.messages[0] == "Versions deleted: 1."
        assert page.messages[1].endswith("is still in use: the alias champion points to it.")
        assert len(page.messages) == 2


class TestDeprecatingSeveral:
    def test_it_is_done_and_taken_back(self, root, payments):
        keys = root.sees("modelversion/?model=payments.fraud").rows

        assert root.acts("modelversion", "deprecate", *keys).messages == ["Versions deprecated: 2."]
        assert payments.viewer.reads("payments.fraud", "1.0.0").body["status"] == "DEPRECATED"
        assert root.acts("modelversion", "reinstate", *keys).messages == ["Versions no longer deprecated: 2."]
        assert payments.viewer.reads("payments.fraud", "2.0.0").body["status"] == "REGISTERED"

    def test_what_is_gone_meanwhile_is_left_aside(self, root):
        page = root.acts("modelversion", "deprecate", "payments.fraud/9.9.9")

        assert page.messages == ["Nothing of what was selected is there any more."]

    def test_a_page_offers_it_too(self, root):
        page = root.sees("modelversion/payments.fraud_2F1.0.0/change/")

        assert '<button type="submit" class="row-action">Deprecate</button>' in page.html
