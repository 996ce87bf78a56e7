"""A provider of single sign-on."""

import pytest

from models_app.domain.grants import role_map
from tests.identity.provider import AUDIENCE, ISSUER, a_provider

ROLES = role_map(
    """{
    "ml-payments": "payments:contributor",
    "ml-leads": "payments:maintainer",
    "ml-vision": "vision:viewer",
    "platform": "admin"
}"""
)


@pytest.fixture
def sso(settings, table):
    """The registry with a provider that it trusts."""
    with a_provider() as provider:
        settings.OIDC_ISSUER, settings.OIDC_AUDIENCE = ISSUER, AUDIENCE
        settings.OIDC_JWKS_URL, settings.OIDC_ROLE_MAP = provider.url, ROLES
        yield provider
