"""Every refusal of the registry. Raise where the rule lives; each face translates the seven kinds in one table.

    RegistryError
    ├── Invalid           what was asked makes no sense
    │   ├── InvalidFields         one or more fields are wrong; ``errors`` names each
    │   ├── InvalidCursor         the page to go on from is not one of ours, or of another list
    │   └── KeyReused             an Idempotency-Key came back with another request
    ├── Unauthenticated   we do not know who asks: CredentialsMissing · CredentialsRefused
    ├── Denied            we know who asks, and the answer is no
    │   └── PermissionDenied · TicketElsewhere
    ├── NotFound          it is not there, or not for this caller: both read alike
    │   ├── TeamNotFound · MemberNotFound · TokenNotFound · UserNotFound · ModelNotFound · VersionNotFound
    │   └── AliasNotFound · NothingAtThatTime · DeploymentNotFound · NothingToRestore · WebhookNotFound
    ├── Conflict          it contradicts what is there
    │   ├── ArtifactDiffers · VersionDeleted · FieldImmutable · VersionInUse · RestorePeriodOver
    │   ├── TeamTaken · TeamInUse · UsernameTaken · LastMaintainer · TooManyAliases · ChangeTooLarge
    │   └── DeploymentBlocked · MoveIllegal · NothingToRollBackTo · ModelTaken · ModelInUse · TooManyWebhooks
    ├── Stale             the caller acted on an outdated revision
    │   └── RevisionMismatch
    └── Busy              not now; the same call may succeed later
        └── StorageBusy · TooManySignIns · TooManyRequests · MoveUnderWay (as the last ones above, beside their rules)

The message template is public: it names what the caller wrote, and the remedy. It never names a key, table or class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


class RegistryError(Exception):
    """A refusal. ``details`` are public: faces may show them beside the sentence.

    Attributes:
        slug: stable name of the problem, part of its ``type`` URI. It may never change.
        title: the problem in a few words, the same for every occurrence.
        template: the sentence for this occurrence, filled from ``details``.
        shown: the names of those details that a face passes on as fields of their own.
    """

    slug: ClassVar[str]
    title: ClassVar[str]
    template: ClassVar[str]
    shown: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **details: Any) -> None:
        self.details: Mapping[str, Any] = details
        super().__init__(self.template.format(**details))


class Invalid(RegistryError):
    """What was asked makes no sense, whatever the state of the registry."""


class Unauthenticated(RegistryError):
    """We do not know who asks."""


class Denied(RegistryError):
    """We know who asks, and it may not."""


class NotFound(RegistryError):
    """Missing, or another team's: the two are never told apart."""


class Conflict(RegistryError):
    """The request contradicts what is there; repeating it will not help."""


class Stale(RegistryError):
    """The caller saw an older revision than the one that stands."""


class Busy(RegistryError):
    """Nothing wrong with the request: it may be repeated after ``retry_after_seconds``."""

    retry_after_seconds: int = 1


# Invalid ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One wrong field: its path in wire names (``tags.env``), a stable code and a sentence with the remedy."""

    field: str
    code: str
    detail: str


# A body of a megabyte of wrong fields must not be answered with thirty.
MOST_ERRORS = 100
MOST_NAMES = 20


class InvalidFields(Invalid):
    slug = "invalid-fields"
    title = "Some fields are wrong"
    template = "{summary}"

    def __init__(self, errors: Sequence[FieldError]) -> None:
        self.errors = tuple(errors[:MOST_ERRORS])
        names = list(dict.fromkeys(error.field for error in errors))
        others = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        named = ", ".join(names[:MOST_NAMES])
        super().__init__(summary=f"Correct these fields and send the request again: {named}{others}.")

    @classmethod
    def one(cls, field: str, code: str, detail: str) -> InvalidFields:
        """The common case of a single wrong field."""
        return cls([FieldError(field=field, code=code, detail=detail)])


class InvalidCursor(Invalid):
    slug = "invalid-cursor"
    title = "This cursor leads nowhere"
    template = (
        "The cursor was not issued for this list with these filters, or has expired. "
        "Start again without a cursor, and follow the link in 'next'."
    )


class KeyReused(Invalid):
    slug = "idempotency-key-reused"
    title = "This key belongs to another request"
    template = "This Idempotency-Key was used for another request within a day. Take a new key for a new request."


# Unauthenticated ----------------------------------------------------------------------------------------------------


class CredentialsMissing(Unauthenticated):
    slug = "credentials-missing"
    title = "Sign in first"
    template = (
        "This call needs a token. Send it as 'Authorization: Bearer mr_…'; a maintainer of your team can issue one."
    )


class CredentialsRefused(Unauthenticated):
    slug = "credentials-refused"
    title = "These credentials are not accepted"
    template = "{reason}"


# Denied -------------------------------------------------------------------------------------------------------------


class PermissionDenied(Denied):
    slug = "permission-denied"
    title = "Your role does not allow this"
    template = "{activity} takes {needed}{place}; {holder}."


class TicketElsewhere(Denied):
    slug = "ticket-elsewhere"
    title = "This ticket is for another deployment"
    template = "A callback ticket reports the status of its own deployment, and nothing else."


# NotFound -----------------------------------------------------------------------------------------------------------


# Their sentences do not repeat what was asked for: a missing object and another team's must read alike to the letter.


class TeamNotFound(NotFound):
    slug = "team-not-found"
    title = "No such team"
    template = "There is no such team, or none that you may see."


class MemberNotFound(NotFound):
    slug = "member-not-found"
    title = "No such member"
    template = "The team has no such member."


class TokenNotFound(NotFound):
    slug = "token-not-found"
    title = "No such token"
    template = "The team has no such token."


class UserNotFound(NotFound):
    slug = "user-not-found"
    title = "No such user"
    template = "There is no such user. A platform administrator can create one."


class ModelNotFound(NotFound):
    slug = "model-not-found"
    title = "No such model"
    template = "There is no such model, or none that you may see. GET /api/v1/models lists yours."


class VersionNotFound(NotFound):
    slug = "version-not-found"
    title = "No such version"
    template = "There is no such version, or none that you may see. GET /api/v1/models/{{modelId}} lists a model's."


class AliasNotFound(NotFound):
    slug = "alias-not-found"
    title = "No such alias"
    template = "The model has no such alias, or none that you may see. GET /api/v1/models/{{modelId}} lists them."


class NothingAtThatTime(NotFound):
    slug = "nothing-at-that-time"
    title = "It meant nothing at that time"
    template = "{sentence}, or none that you may see."


class DeploymentNotFound(NotFound):
    slug = "deployment-not-found"
    title = "No such deployment"
    template = "There is no such deployment, or none that you may see. GET /api/v1/deployments lists yours."


# Conflict -----------------------------------------------------------------------------------------------------------


class ArtifactDiffers(Conflict):
    slug = "artifact-differs"
    title = "This label belongs to another artifact"
    template = (
        "Version {version} of model {model} is registered with another artifact (differing in {fields}), "
        "and an artifact never changes once registered. Register yours under a new label, "
        "or leave 'version' out to get the next one."
    )


class VersionDeleted(Conflict):
    slug = "version-deleted"
    title = "This label belongs to a deleted version"
    template = (
        "Version {version} of model {model} was deleted; its label is not given out again. "
        "Restore it, or register under a new label."
    )


class FieldImmutable(Conflict):
    slug = "field-immutable"
    title = "What was registered does not change"
    template = "{fields} of a registered version cannot change. Leave them out, or register a new version."

    def __init__(self, *, names: Sequence[str]) -> None:
        self.errors = tuple(
            FieldError(field=name, code="immutable", detail="This cannot change once the version is registered.")
            for name in names
        )
        super().__init__(fields=", ".join(names))


class VersionInUse(Conflict):
    slug = "version-in-use"
    title = "Something depends on this version"
    template = "Version {version} of model {model} is still in use: {summary}."
    shown = ("blockers",)


class RestorePeriodOver(Conflict):
    slug = "restore-period-over"
    title = "Too late to restore"
    template = "Version {version} of model {model} was deleted more than {days} days ago and cannot be restored."


class TeamTaken(Conflict):
    slug = "team-taken"
    title = "This team name is taken"
    template = "There is, or was, a team {team}. Choose another slug: they are not given out again."


class TeamInUse(Conflict):
    slug = "team-in-use"
    title = "This team is not empty"
    template = "Team {team} still has {summary}. Remove those first."
    shown = ("blockers",)


class UsernameTaken(Conflict):
    slug = "username-taken"
    title = "This user name is taken"
    template = "There is a user {username} already."


class LastMaintainer(Conflict):
    slug = "last-maintainer"
    title = "A team keeps at least one maintainer"
    template = "{username} is the last maintainer of team {team}. Make somebody else a maintainer first."


class TooManyAliases(Conflict):
    slug = "too-many-aliases"
    title = "This model has all the aliases it can have"
    template = "Model {model} has {limit} aliases, the most a model may have. Remove one first."


class ChangeTooLarge(Conflict):
    slug = "change-too-large"
    title = "This is more than can be written at once"
    template = (
        "A version has at most 400 KB and is written anew under each of its aliases; this is more than fits at once. "
        "Remove some of its aliases, or keep large documents beside the artifact."
    )


class DeploymentBlocked(Conflict):
    slug = "deployment-blocked"
    title = "This version cannot be deployed there now"
    template = "Version {version} of model {model} cannot be deployed: {summary}."
    shown = ("blockers",)


class MoveIllegal(Conflict):
    slug = "move-illegal"
    title = "The deployment cannot go there from where it is"
    template = "The deployment is {present} and cannot become {wanted}."


class NothingToRollBackTo(Conflict):
    slug = "nothing-to-roll-back-to"
    title = "Nothing ran there before"
    template = "Nothing else of model {model} ran in {environment} on {target} before what runs there now."


# Stale and busy -----------------------------------------------------------------------------------------------------


class RevisionMismatch(Stale):
    slug = "revision-mismatch"
    title = "It has changed since you read it"
    template = (
        "The condition in If-Match or If-None-Match does not hold for {what} as it stands. "
        "Read it again, then repeat your change."
    )


class StorageBusy(Busy):
    slug = "storage-busy"
    title = "The registry is busy"
    template = (
        "The registry's storage did not answer in time. Repeat the request; where each one makes something new "
        "(a version without a label, a token), look first whether it was made."
    )
