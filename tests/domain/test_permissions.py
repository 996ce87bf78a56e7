"""Who may do what: every permission with every role, and what somebody from outside gets to hear."""

from __future__ import annotations

from itertools import product

import pytest

from models_app.domain.actors import Actor, command_line
from models_app.domain.errors import InvalidFields, ModelNotFound, PermissionDenied
from models_app.domain.permissions import Permission, authorize, authorize_grant, authorize_platform
from models_app.domain.teams import Role, TeamSlug

PAYMENTS, VISION = TeamSlug("payments"), TeamSlug("vision")
HIDDEN = ModelNotFound(model="payments.fraud")

# What each role may do beyond the role before it.
MAY = {
    Role.VIEWER: {Permission.READ},
    Role.CONTRIBUTOR: {Permission.REGISTER, Permission.UPDATE, Permission.MOVE_ALIAS},
    Role.MAINTAINER: {
        *(Permission.MOVE_PROTECTED_ALIAS, Permission.DEPLOY, Permission.DELETE, Permission.RESTORE),
        *(Permission.MANAGE_TEAM, Permission.MANAGE_WEBHOOKS, Permission.RENAME),
    },
}
CELLS = list(product(Permission, Role))


def named(value: object) -> str:
    return getattr(value, "name", str(value))


def a_member(role: Role, team: TeamSlug = PAYMENTS) -> Actor:
    return Actor(name="user:ada", roles={team: role})


class TestAuthorizing:
    """Promised: "permission is decided before anything is read; a foreign object and a missing one answer
    alike (404)".
    """

    def test_every_permission_stands_in_the_table(self) -> None:
        assert set().union(*MAY.values()) == set(Permission)

    @pytest.mark.parametrize(("permission", "role"), CELLS, ids=named)
    def test_a_role_may_do_what_its_row_and_the_rows_before_say(self, permission: Permission, role: Role) -> None:
        allowed = set().union(*(MAY[each] for each in Role if role.covers(each)))

        if permission in allowed:
            authorize(a_member(role), permission, team=PAYMENTS, hidden_as=HIDDEN)
        else:
            with pytest.raises(PermissionDenied) as refusal:
                authorize(a_member(role), permission, team=PAYMENTS, hidden_as=HIDDEN)
            assert f"the role {permission.role} in team payments; yours is {role}." in str(refusal.value)
            assert permission.activity in str(refusal.value)

    @pytest.mark.parametrize(("permission", "role"), CELLS, ids=named)
    def test_whatever_the_role_elsewhere_an_outsider_hears_that_it_is_missing(
        self, permission: Permission, role: Role
    ) -> None:
        with pytest.raises(ModelNotFound) as refusal:
            authorize(a_member(role, VISION), permission, team=PAYMENTS, hidden_as=HIDDEN)

        assert refusal.value is HIDDEN

    @pytest.mark.parametrize("permission", Permission, ids=named)
    def test_somebody_without_a_team_is_an_outsider(self, permission: Permission) -> None:
        with pytest.raises(ModelNotFound):
            authorize(Actor(name="user:bob"), permission, team=PAYMENTS, hidden_as=HIDDEN)

    @pytest.mark.parametrize("permission", Permission, ids=named)
    def test_an_administrator_may_do_all_in_every_team(self, permission: Permission) -> None:
        authorize(Actor(name="user:root", is_platform_admin=True), permission, team=PAYMENTS, hidden_as=HIDDEN)
        authorize(command_line(), permission, team=VISION, hidden_as=HIDDEN)


class TestGranting:
    """Promised: a token has "one role (never above its creator's)"."""

    @pytest.mark.parametrize(("held", "granted"), [*product(Role, Role)])
    def test_nobody_gives_more_than_they_hold(self, held: Role, granted: Role) -> None:
        if [*Role].index(granted) <= [*Role].index(held):
            authorize_grant(a_member(held), granted, team=PAYMENTS)
        else:
            with pytest.raises(PermissionDenied) as refusal:
                authorize_grant(a_member(held), granted, team=PAYMENTS)
            assert f"yours is {held}" in str(refusal.value)

    @pytest.mark.parametrize("role", Role)
    def test_an_outsider_gives_nothing(self, role: Role) -> None:
        with pytest.raises(PermissionDenied):
            authorize_grant(a_member(Role.MAINTAINER, VISION), role, team=PAYMENTS)

    @pytest.mark.parametrize("role", Role)
    def test_an_administrator_gives_any_role(self, role: Role) -> None:
        authorize_grant(command_line(), role, team=PAYMENTS)


class TestThePlatform:
    def test_only_administrators_manage_it(self) -> None:
        authorize_platform(command_line(), "Creating a team")
        with pytest.raises(PermissionDenied, match="Creating a team takes a platform administrator; you are none"):
            authorize_platform(a_member(Role.MAINTAINER), "Creating a team")


class TestRoles:
    def test_each_covers_those_before_it_and_itself(self) -> None:
        for (rank, one), (other_rank, other) in product(enumerate(Role), repeat=2):
            assert one.covers(other) == (rank >= other_rank)

    @pytest.mark.parametrize("role", Role)
    def test_a_role_is_read_by_its_name(self, role: Role) -> None:
        assert Role.parse(role.value) is role

    @pytest.mark.parametrize("text", ["", "owner", "Viewer", "viewer "])
    def test_others_are_refused(self, text: str) -> None:
        with pytest.raises(InvalidFields) as refusal:
            Role.parse(text)

        assert [(error.field, error.code) for error in refusal.value.errors] == [("role", "unknown")]


class TestTheOnlyTeam:
    """Promised: "teamId (default: the caller's only team)"."""

    def test_it_is_meant_where_there_is_exactly_one(self) -> None:
        assert a_member(Role.VIEWER).only_team == PAYMENTS

    @pytest.mark.parametrize("roles", [{}, {PAYMENTS: Role.VIEWER, VISION: Role.VIEWER}], ids=["none", "two"])
    def test_otherwise_there_is_none(self, roles: dict[TeamSlug, Role]) -> None:
        assert Actor(name="user:ada", roles=roles).only_team is None
