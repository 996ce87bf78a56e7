"""The proofs against a registry that writes without looking: each must fail, or it would prove nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from models_app.services.tokens import forget_tokens
from models_app.storage.table import RegistryItem, create_table
from tests.conftest import ENGINE
from tests.proof.conftest import Crowd, a_crowd
from tests.proof.figures import controls
from tests.proof.test_crowds import TestRegistering as Registering
from tests.proof.test_crowds import TestUpdating as Updating
from tests.proof.test_deployment_races import (
    test_a_version_is_deployed_or_deleted_and_never_both as deploying_or_deleting,
)
from tests.proof.test_races import TestDeletingAndMovingAnAlias as DeletingAndMovingAnAlias
from tests.proof.test_races import TestDeletingAndRegistering as DeletingAndRegistering
from tests.proof.test_races import TestMovingAliases as MovingAliases
from tests.server import Server


@pytest.fixture(scope="module")
def careless_server(pytestconfig: pytest.Config) -> Iterator[Server]:
    """The server without conditions."""
    server = Server(pytestconfig.stash[ENGINE], application="tests.proof.careless:application()")
    yield server
    server.stop()


@pytest.fixture
def careless_crowd(careless_server: Server) -> Iterator[Crowd]:
    """A crowd in front of it, and a table that nobody checks at the end."""
    create_table()
    try:
        with a_crowd(careless_server) as crowd:
            yield crowd
    finally:
        forget_tokens()
        RegistryItem.delete_table()


# What the proofs with a figure of their own are called.
NAMES = {
    "test_no_increment_is_lost_under_if_match": "no increment under If-Match is lost",
    "test_one_of_them_wins": "no alias points to a deleted version",
    "test_a_version_is_deployed_or_deleted_and_never_both": "a version is deployed or deleted, never both",
}


@pytest.mark.parametrize(
    "proof",
    [
        Registering().test_two_artifacts_under_one_label_are_never_both_accepted,
        Updating().test_no_increment_is_lost_under_if_match,
        Updating().test_patches_of_different_keys_are_all_kept,
        DeletingAndMovingAnAlias().test_one_of_them_wins,
        deploying_or_deleting,
        DeletingAndRegistering().test_two_deletions_are_one,
        MovingAliases().test_only_one_of_those_who_compared_moves_it,
    ],
    ids=lambda proof: proof.__name__.removeprefix("test_"),
)
def test_it_notices(proof: Callable[[Crowd], None], careless_crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        with monkeypatch.context() as unwritten:  # its failure is what we want, and no figure
            unwritten.delenv("PROOF_FIGURES", raising=False)
            proof(careless_crowd)
    except AssertionError:
        noticed = True
    else:
        noticed = False
    name = NAMES.get(proof.__name__, "writers who meet lose nothing")
    controls(name, proof.__name__.removeprefix("test_"), target="noticed", holds=noticed)


def test_importing_it_changes_nothing() -> None:
    """pytest imports every module, looking for doctests: this one must not take the conditions from all other tests."""
    from tests.proof import careless

    assert careless.transactions.commit.__module__ == "models_app.storage.transactions"
