"""``/teams`` and ``/teams/{team}/members``."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from models_app.api.fields import Parsed, ShortList, Text
from models_app.api.permissions import SignedIn
from models_app.api.preconditions import expected_of, quoted
from models_app.api.serializers import Representation, RequestBody
from models_app.api.versions import IF_MATCH
from models_app.api.viewsets import PAGED, RegistryViewSet
from models_app.domain.aliases import AliasName
from models_app.domain.clock import wire
from models_app.domain.errors import InvalidFields, MemberNotFound, NotFound, TeamNotFound
from models_app.domain.permissions import Permission
from models_app.domain.teams import DEFAULT_PROTECTED_ALIASES, Member, Role, Team, TeamSlug, Username, parse_username
from models_app.services import teams

MAX_DISPLAY_NAME = 100
MAX_PROTECTED_ALIASES = 20
ROLES = [role.value for role in Role]


class TeamFields(RequestBody):
    """What a team's maintainers may change."""

    displayName = Text(max_length=MAX_DISPLAY_NAME, required=False)
    protectedAliases = ShortList(
        child=Parsed(AliasName.parse),
        max_length=MAX_PROTECTED_ALIASES,
        required=False,
        help_text="Aliases that only maintainers move.",
    )


class CreateTeamRequest(TeamFields):
    """A team to found."""

    teamId = Parsed(TeamSlug.parse, help_text="2-63 lower-case letters, digits and hyphens.")


class TeamRepresentation(Representation[Team]):
    """A team."""

    teamId = serializers.CharField()
    displayName = serializers.CharField()
    protectedAliases = serializers.ListField(child=serializers.CharField())
    createdAt = serializers.DateTimeField()
    createdBy = serializers.CharField()
    updatedAt = serializers.DateTimeField()

    def to_representation(self, instance: Team) -> dict[str, Any]:
        """The team in wire names."""
        return {
            "teamId": instance.slug,
            "displayName": instance.display_name,
            "protectedAliases": list(instance.protected_aliases),
            "createdAt": wire(instance.created_at),
            "createdBy": instance.created_by,
            "updatedAt": wire(instance.updated_at),
        }


class AddMemberRequest(RequestBody):
    """A user to take in, or whose role to change."""

    username = Parsed(parse_username)
    role = Parsed(Role.parse, help_text="viewer, contributor or maintainer.")


class ChangeRoleRequest(RequestBody):
    """Another role."""

    role = Parsed(Role.parse, help_text="viewer, contributor or maintainer.")


class MemberRepresentation(Representation[Member]):
    """A member."""

    teamId = serializers.CharField()
    username = serializers.CharField()
    role = serializers.ChoiceField(choices=ROLES)
    addedAt = serializers.DateTimeField()
    addedBy = serializers.CharField()

    def to_representation(self, instance: Member) -> dict[str, Any]:
        """The member in wire names."""
        return {
            "teamId": instance.team,
            "username": instance.username,
            "role": instance.role,
            "addedAt": wire(instance.added_at),
            "addedBy": instance.added_by,
        }


class TeamScopedViewSet(RegistryViewSet):
    """A viewset about one team, named in the path."""

    @property
    def team(self) -> TeamSlug:
        """The team that the path names; what no team can be called is missing."""
        try:
            return TeamSlug.parse(self.kwargs["team"])
        except InvalidFields:
            raise TeamNotFound(team=self.kwargs["team"]) from None

    def scope(self) -> tuple[TeamSlug, NotFound] | None:
        """That team."""
        team = self.team
        return team, TeamNotFound(team=team)


ETAG = OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=True, description="The state of the team.")
LOCATION = OpenApiParameter("Location", str, OpenApiParameter.HEADER, response=[201], description="Its URL.")


@extend_schema_view(
    list=extend_schema(operation_id="listTeams", summary="Your teams", responses=TeamRepresentation(many=True)),
    create=extend_schema(
        operation_id="createTeam",
        summary="Found a team",
        description="For platform administrators.",
        request=CreateTeamRequest,
        parameters=[LOCATION],
        responses={201: TeamRepresentation},
    ),
)
class TeamListViewSet(RegistryViewSet):
    """The caller's teams; all teams for a platform administrator."""

    permission_classes = (SignedIn,)
    serializer_class = TeamRepresentation
    query_parameters: ClassVar[dict[str, frozenset[str]]] = {"list": PAGED}

    def list(self, request: Request) -> Response:
        """Answer a page of teams."""
        page = self.page
        found = teams.list_teams(actor=self.actor, limit=page.limit, after=page.after)
        represent = TeamRepresentation().to_representation
        return page.answer([represent(team) for team in found.items], found.next)

    def create(self, request: Request) -> Response:
        """Found a team."""
        body = CreateTeamRequest(data=self.body)
        body.is_valid(raise_exception=True)
        values = body.validated_data
        team = teams.create_team(
            actor=self.actor,
            slug=values["teamId"],
            display_name=values.get("displayName", ""),
            protected_aliases=values.get("protectedAliases", DEFAULT_PROTECTED_ALIASES),
        )
        response = _answer(team, status.HTTP_201_CREATED)
        response["Location"] = reverse("team", kwargs={"team": team.slug}, request=request)
        return response


@extend_schema_view(
    retrieve=extend_schema(
        operation_id="getTeam", summary="Get a team", parameters=[ETAG], responses=TeamRepresentation
    ),
    partial_update=extend_schema(
        operation_id="updateTeam",
        summary="Change a team's name or protected aliases",
        parameters=[IF_MATCH, ETAG],
        request=TeamFields,
        responses=TeamRepresentation,
    ),
    destroy=extend_schema(
        operation_id="deleteTeam",
        summary="Delete an empty team",
        description="For platform administrators, and for good: its name is not given out again.",
        parameters=[IF_MATCH],
        responses={204: OpenApiResponse(description="Deleted.")},
    ),
)
class TeamViewSet(TeamScopedViewSet):
    """One team."""

    serializer_class = TeamRepresentation
    permissions: ClassVar[dict[str, Permission]] = {
        "retrieve": Permission.READ,
        "partial_update": Permission.MANAGE_TEAM,
        "destroy": Permission.MANAGE_TEAM,
    }

    def retrieve(self, request: Request, **_: str) -> Response:
        """Answer the team."""
        return _answer(teams.get_team(actor=self.actor, slug=self.team))

    def partial_update(self, request: Request, **_: str) -> Response:
        """Change the team."""
        body = TeamFields(data=self.body)
        body.is_valid(raise_exception=True)
        team = teams.update_team(
            actor=self.actor,
            slug=self.team,
            display_name=body.validated_data.get("displayName"),
            protected_aliases=body.validated_data.get("protectedAliases"),
            expected=expected_of(request),
        )
        return _answer(team)

    def destroy(self, request: Request, **_: str) -> Response:
        """End the team."""
        teams.delete_team(actor=self.actor, slug=self.team, expected=expected_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema_view(
    list=extend_schema(
        operation_id="listMembers", summary="A team's members", responses=MemberRepresentation(many=True)
    ),
    create=extend_schema(
        operation_id="addMember",
        summary="Give a user a role in the team",
        request=AddMemberRequest,
        responses={
            201: OpenApiResponse(MemberRepresentation, "Taken in."),
            200: OpenApiResponse(MemberRepresentation, "A member already, now with this role."),
        },
    ),
    retrieve=extend_schema(operation_id="getMember", summary="Get a member", responses=MemberRepresentation),
    partial_update=extend_schema(
        operation_id="changeRole",
        summary="Give a member another role",
        request=ChangeRoleRequest,
        responses=MemberRepresentation,
    ),
    destroy=extend_schema(
        operation_id="removeMember",
        summary="End a membership",
        responses={204: OpenApiResponse(description="Ended.")},
    ),
)
class MemberViewSet(TeamScopedViewSet):
    """A team's members."""

    serializer_class = MemberRepresentation
    permissions: ClassVar[dict[str, Permission]] = {
        "list": Permission.READ,
        "retrieve": Permission.READ,
        "create": Permission.MANAGE_TEAM,
        "partial_update": Permission.MANAGE_TEAM,
        "destroy": Permission.MANAGE_TEAM,
    }
    query_parameters: ClassVar[dict[str, frozenset[str]]] = {"list": PAGED}

    @property
    def username(self) -> Username:
        """The user that the path names."""
        try:
            return parse_username(self.kwargs["username"])
        except InvalidFields:
            raise MemberNotFound(username=self.kwargs["username"], team=self.team) from None

    def list(self, request: Request, **_: str) -> Response:
        """Answer a page of members."""
        page = self.page
        found = teams.list_members(actor=self.actor, slug=self.team, limit=page.limit, after=page.after)
        represent = MemberRepresentation().to_representation
        return page.answer([represent(member) for member in found.items], found.next)

    def create(self, request: Request, **_: str) -> Response:
        """Take a user in."""
        body = AddMemberRequest(data=self.body)
        body.is_valid(raise_exception=True)
        added = teams.add_member(actor=self.actor, slug=self.team, **body.validated_data)
        code = status.HTTP_201_CREATED if added.is_new else status.HTTP_200_OK
        return Response(MemberRepresentation().to_representation(added.member), status=code)

    def retrieve(self, request: Request, **_: str) -> Response:
        """Answer a member."""
        member = teams.get_member(actor=self.actor, slug=self.team, username=self.username)
        return Response(MemberRepresentation().to_representation(member))

    def partial_update(self, request: Request, **_: str) -> Response:
        """Change a role."""
        body = ChangeRoleRequest(data=self.body)
        body.is_valid(raise_exception=True)
        member = teams.change_role(
            actor=self.actor, slug=self.team, username=self.username, role=body.validated_data["role"]
        )
        return Response(MemberRepresentation().to_representation(member))

    def destroy(self, request: Request, **_: str) -> Response:
        """End a membership."""
        teams.remove_member(actor=self.actor, slug=self.team, username=self.username)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _answer(team: Team, code: int = status.HTTP_200_OK) -> Response:
    body = TeamRepresentation().to_representation(team)
    return Response(body, status=code, headers={"ETag": quoted(team.etag)})
