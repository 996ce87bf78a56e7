"""A version that came through MLflow's face has no target until somebody names one."""

from __future__ import annotations

import pytest

from models_app.domain.actors import command_line
from models_app.domain.artifacts import Artifact
from models_app.domain.frameworks import Framework
from models_app.domain.labels import VersionLabel
from models_app.domain.models import ModelId
from models_app.domain.versions import MutablePart, Registration
from models_app.services import versions
from tests.callers import Cast


@pytest.fixture
def open_one(payments: Cast) -> Cast:
    """A model with such a version."""
    registration = Registration(
        model=ModelId.parse("payments.fraud"),
        label=VersionLabel("1"),
        framework=Framework.CUSTOM,
        artifact=Artifact(uri="s3://models/fraud"),
        mutable=MutablePart(target=None),
    )
    versions.register(actor=command_line(), registration=registration)
    return payments


class TestOpenTargets:
    def test_it_reads_as_null(self, open_one: Cast) -> None:
        assert open_one.viewer.reads("payments.fraud", "1").body["deploymentTarget"] is None
        assert open_one.viewer.reads("payments.fraud").body["latestVersion"]["deploymentTarget"] is None

    def test_no_target_finds_it(self, open_one: Cast) -> None:
        assert open_one.viewer.finds() == ["payments.fraud"]
        assert open_one.viewer.finds(deploymentTarget="EKS") == []
        assert open_one.viewer.finds(deploymentTarget="Lambda") == []

    def test_a_patch_of_something_else_leaves_it_open(self, open_one: Cast) -> None:
        body = open_one.contributor.patches("payments.fraud", "1", {"description": "x"}).body

        assert (body["description"], body["deploymentTarget"]) == ("x", None)

    def test_what_get_answered_may_be_sent_back_whole(self, open_one: Cast) -> None:
        read = open_one.viewer.reads("payments.fraud", "1")

        answer = open_one.contributor.replaces("payments.fraud", "1", read.body)

        assert (answer.status, answer.raw) == (200, read.raw)

    def test_a_patch_may_name_one(self, open_one: Cast) -> None:
        answer = open_one.contributor.patches("payments.fraud", "1", {"deploymentTarget": "EKS"})

        assert answer.body["deploymentTarget"] == "EKS"
        assert open_one.viewer.finds(deploymentTarget="EKS") == ["payments.fraud"]
