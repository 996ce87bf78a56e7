"""Races in a team: it keeps a maintainer, ends empty or not at all, and 412 answers those who sent If-Match only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from models_app.domain.teams import Role
from models_app.storage.soundness import find_faults
from tests.callers import a_person
from tests.proof.conftest import Crowd, rounds
from tests.proof.figures import proves
from tests.proof.test_races import Race
from tests.server import at_once

ROUNDS = rounds(10, full=50)


class TestTeams:
    def test_a_team_keeps_one_maintainer(self, crowd: Crowd) -> None:
        race, left = Race(crowd, 2), set[int]()
        for number in range(ROUNDS):
            people = [f"ada{number}", f"bob{number}"]
            for person in people:
                a_person(person, roles={"payments": Role.MAINTAINER})
            for leaving in self.maintainers(crowd, but=people):
                assert crowd.cast.admin.calls("DELETE", f"teams/payments/members/{leaving}").status == 204

            leave = [f"teams/payments/members/{person}" for person in people]
            outcome = race.run(
                lambda client, path=leave[0]: client.calls("DELETE", path),
                lambda client, path=leave[1]: client.calls("PATCH", path, {"role": "viewer"}),
            )

            assert outcome in {(204, 409), (409, 200)}
            left.add(len(self.maintainers(crowd)))

        name = "two maintainers who leave at once leave one of them"
        proves(name, f"{left} left in {ROUNDS} races", target={1}, holds=left == {1})

    def maintainers(self, crowd: Crowd, *, but: Sequence[str] = ()) -> list[str]:
        members = crowd.cast.viewer.gets("teams/payments/members?limit=100").body["results"]
        return [each["username"] for each in members if each["role"] == "maintainer" and each["username"] not in but]

    def test_a_team_that_ends_has_no_token(self, crowd: Crowd) -> None:
        admins, seen = crowd.of(crowd.cast.admin, 2), Counter[tuple[int, int]]()
        for number in range(ROUNDS):
            team = f"team-{number}"
            assert crowd.cast.admin.calls("POST", "teams", {"teamId": team}).status == 201

            issued, ended = at_once(
                [
                    lambda team=team: admins[0].calls("POST", f"teams/{team}/tokens", {"name": "ci", "role": "viewer"}),
                    lambda team=team: admins[1].calls("DELETE", f"teams/{team}"),
                ]
            )

            seen[issued.status, ended.status] += 1
            assert find_faults() == []

        fair = {(201, 409), (404, 204)}
        name = "a team ends, or gets a token, and never both"
        proves(name, f"{ROUNDS} races came to {dict(seen)}", target="one of the two refused", holds=set(seen) <= fair)

    def test_one_user_is_added_once(self, crowd: Crowd) -> None:
        race = Race(crowd, 3)
        for number in range(ROUNDS):
            a_person(f"ada{number}", roles={})
            body = {"username": f"ada{number}", "role": "viewer"}
            outcome = race.run(*[lambda client, body=body: client.calls("POST", "teams/payments/members", body)] * 3)
            assert sorted(outcome) == [200, 200, 201]

    def test_two_settings_of_a_team_are_both_kept(self, crowd: Crowd) -> None:
        """RFC 9110, 13.1.1: 412 answers a condition, and here nobody made one."""
        race = Race(crowd, 2)
        for number in range(ROUNDS):
            name, aliases = {"displayName": f"name {number}"}, {"protectedAliases": [f"alias-{number}"]}
            outcome = race.run(
                lambda client, body=name: client.calls("PATCH", "teams/payments", body),
                lambda client, body=aliases: client.calls("PATCH", "teams/payments", body),
            )

            assert outcome == (200, 200)
            team = crowd.cast.viewer.gets("teams/payments").body
            assert {field: team[field] for field in (*name, *aliases)} == name | aliases

    def test_two_revocations_are_one(self, crowd: Crowd) -> None:
        race = Race(crowd, 3)
        for _ in range(ROUNDS):
            issued = crowd.cast.maintainer.calls("POST", "teams/payments/tokens", {"name": "ci", "role": "viewer"})
            path = f"teams/payments/tokens/{issued.body['tokenId']}"
            assert race.run(*[lambda client, path=path: client.calls("DELETE", path)] * 3) == (204, 204, 204)

    def test_two_roles_for_one_member_leave_one_of_them(self, crowd: Crowd) -> None:
        race = Race(crowd, 2)
        a_person("ada", roles={"payments": Role.VIEWER})
        for _ in range(ROUNDS):
            outcome = race.run(
                *[
                    lambda client, role=role: client.calls("PATCH", "teams/payments/members/ada", {"role": role})
                    for role in ("contributor", "maintainer" if self.maintainers(crowd, but=["ada"]) else "viewer")
                ]
            )
            assert outcome == (200, 200)
