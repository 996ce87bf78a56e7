"""Single sign-on: bearer tokens of an OpenID Connect provider, off unless ``OIDC_ISSUER`` is set.

The provider says who somebody is and in which groups; a map of ours says which role in which team a group gives.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings

from models_app.domain.actors import Actor
from models_app.domain.errors import CredentialsRefused, StorageBusy
from models_app.domain.teams import Role, TeamSlug

if TYPE_CHECKING:
    import jwt

# Asymmetric only: with a symmetric one, whoever can check a token could make one.
ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "PS256"]
KEYS_TIMEOUT_SECONDS = 2
JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
KEYS_LIFESPAN_SECONDS = 600
LEEWAY_SECONDS = 30


def is_enabled() -> bool:
    """Whether a provider is configured."""
    return bool(settings.OIDC_ISSUER)


def looks_like_jwt(text: str) -> bool:
    """Whether it has the three parts of a signed token."""
    return JWT.fullmatch(text) is not None


def actor_of(token: str, *, request_id: str) -> tuple[Actor, datetime]:
    """The caller that a provider's token speaks for, and until when. No call to DynamoDB.

    Raises:
        CredentialsRefused: not the provider's, not for us, expired, or without the claims we need.
        StorageBusy: the provider's keys cannot be had at the moment.
    """
    import jwt  # 30 ms of a cold start, which is wasted where there is no provider

    try:
        key = _keys(settings.OIDC_JWKS_URL).get_signing_key_from_jwt(token)
        claims: dict[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=ALGORITHMS,
            issuer=settings.OIDC_ISSUER,
            audience=settings.OIDC_AUDIENCE,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "sub"]},
        )
        expires_at = datetime.fromtimestamp(claims["exp"], UTC)
    except jwt.PyJWKClientConnectionError as failure:
        raise StorageBusy from failure
    except jwt.ExpiredSignatureError:
        raise CredentialsRefused(reason="The single sign-on token has expired. Sign in again.") from None
    except (jwt.PyJWTError, ValueError, OverflowError, OSError):
        reason = (
            "The single sign-on token is not accepted: it must be signed by the configured provider for this registry."
        )
        raise CredentialsRefused(reason=reason) from None
    roles, is_platform_admin = _roles(claims.get(settings.OIDC_ROLES_CLAIM))
    name = claims.get(settings.OIDC_USERNAME_CLAIM) or claims["sub"]
    actor = Actor(
        name=f"oidc:{name}",
        roles=roles,
        is_platform_admin=is_platform_admin,
        is_vouched_for=True,
        request_id=request_id,
    )
    return actor, expires_at


def _roles(groups: Any) -> tuple[dict[TeamSlug, Role], bool]:
    """The highest role that any group gives in each team, and whether one makes a platform administrator."""
    names = groups if isinstance(groups, list) else str(groups or "").split()
    grants = [settings.OIDC_ROLE_MAP[name] for name in map(str, names) if name in settings.OIDC_ROLE_MAP]
    roles: dict[TeamSlug, Role] = {}
    for grant in grants:
        if grant.team is not None:
            roles[grant.team] = max(grant.role, roles.get(grant.team, grant.role), key=lambda role: role.rank)
    return roles, any(grant.team is None for grant in grants)


@lru_cache(maxsize=4)
def _keys(url: str) -> jwt.PyJWKClient:
    import jwt

    return jwt.PyJWKClient(url, lifespan=KEYS_LIFESPAN_SECONDS, timeout=KEYS_TIMEOUT_SECONDS)
