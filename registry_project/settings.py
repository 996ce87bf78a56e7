"""Django's settings. What differs between places comes from the environment; ``docs/configuration.md`` lists it all."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from models_app.domain.grants import role_map

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = os.environ.get("ENVIRONMENT", "local")
IS_LOCAL = ENVIRONMENT == "local"
DEBUG = False
MIN_KEY_CHARACTERS = 50


def secret_key() -> str:
    """The key that signs cookies and seals cursors. Only a local registry may go without one of its own."""
    key, arn = os.environ.get("REGISTRY_SECRET_KEY", ""), os.environ.get("REGISTRY_SECRET_ARN", "")
    if not key and arn:
        from registry_project import secrets

        key = secrets.read(arn)
    if key or not IS_LOCAL:
        if len(key) < MIN_KEY_CHARACTERS:
            raise ImproperlyConfigured(
                f"Set REGISTRY_SECRET_KEY to at least {MIN_KEY_CHARACTERS} random characters, or REGISTRY_SECRET_ARN."
            )
        return key
    return "local-only-key-that-signs-nothing-of-value-and-is-known-to-everybody"


SECRET_KEY = secret_key()
ALLOWED_HOSTS = os.environ.get(
    "REGISTRY_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]" if IS_LOCAL else ".amazonaws.com"
).split(",")
USE_HTTPS = not IS_LOCAL

# Where API Gateway's own host name is used, every path begins with the stage (/dev); a domain of one's own has none.
PATH_PREFIX = os.environ.get("REGISTRY_PATH_PREFIX", "").rstrip("/")
FORCE_SCRIPT_NAME = PATH_PREFIX or None

INSTALLED_APPS = [
    "models_app.apps.ModelsAppConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.admin.apps.SimpleAdminConfig",  # our site is imported with its addresses, not before
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "registry_project.observability.RequestMiddleware",
    "registry_project.security.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "models_app.mlflow.shortcut.ShortcutMiddleware",  # what follows is for people
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "models_app.web.quotas.QuotaMiddleware",
    "models_app.web.refusals.RefusalMiddleware",
]

ROOT_URLCONF = "registry_project.urls"
WSGI_APPLICATION = "registry_project.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# There is no SQL database: see models_app/nodb and docs/decisions/001-no-sql-database.md.
DATABASES = {"default": {"ENGINE": "models_app.nodb"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Time and language --------------------------------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LANGUAGE_CODE = "en-us"
DATETIME_FORMAT = "Y-m-d H:i"

# Accounts and sessions ----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "models_app.User"
AUTHENTICATION_BACKENDS = ["models_app.identity.sessions.AccountBackend"]
PASSWORD_HASHERS = ["models_app.identity.passwords.Argon2idHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "models"
LOGOUT_REDIRECT_URL = "login"

MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_NAME = "__Host-session" if USE_HTTPS else "session"
SESSION_COOKIE_SECURE = USE_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if USE_HTTPS else "csrftoken"
CSRF_COOKIE_SECURE = USE_HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "models_app.web.refusals.csrf_failure"

# Single sign-on, off without an issuer ------------------------------------------------------------------------------

OIDC_ISSUER = os.environ.get("OIDC_ISSUER", "")
OIDC_AUDIENCE = os.environ.get("OIDC_AUDIENCE", "model-registry")
OIDC_JWKS_URL = os.environ.get("OIDC_JWKS_URL", "")
OIDC_ROLES_CLAIM = os.environ.get("OIDC_ROLES_CLAIM", "groups")
OIDC_USERNAME_CLAIM = os.environ.get("OIDC_USERNAME_CLAIM", "preferred_username")
OIDC_ROLE_MAP = role_map(os.environ.get("OIDC_ROLE_MAP", "{}"))
if OIDC_ISSUER and not OIDC_JWKS_URL:
    raise ImproperlyConfigured("OIDC_ISSUER needs OIDC_JWKS_URL: where the provider publishes its keys.")

# Events ---------------------------------------------------------------------------------------------------------------

EVENT_BUS = os.environ.get("REGISTRY_EVENT_BUS", "")  # without one, events wait in the outbox
PUBLIC_URL = os.environ.get("REGISTRY_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")

WEBHOOKS_INSECURE = os.environ.get("REGISTRY_WEBHOOKS_INSECURE", "") == "1"
if WEBHOOKS_INSECURE and not IS_LOCAL:
    raise ImproperlyConfigured("REGISTRY_WEBHOOKS_INSECURE is for a local registry: webhooks could reach its network.")

# Limits ---------------------------------------------------------------------------------------------------------------

# Requests a second of each caller; 0 for no limit. All of a window's may come at once.
RATE_LIMIT = int(os.environ.get("REGISTRY_RATE_LIMIT", "0" if IS_LOCAL else "50"))
RATE_WINDOW = int(os.environ.get("REGISTRY_RATE_WINDOW", "10"))

# HTTP ---------------------------------------------------------------------------------------------------------------

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if USE_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = USE_HTTPS
SECURE_HSTS_PRELOAD = USE_HTTPS
SECURE_SSL_REDIRECT = USE_HTTPS
SECURE_PROXY_SSL_HEADER = None

# A registration fits into a fraction of this; see models_app/api/parsers.py.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100

STATIC_URL = f"{PATH_PREFIX}/static/"
STATIC_ROOT = None if IS_LOCAL else BASE_DIR / "staticfiles"  # locally they are served from where they lie
WHITENOISE_USE_FINDERS = IS_LOCAL
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False  # our pages alone load them

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "models_app.identity.authentication.BearerAuthentication",
        "models_app.identity.authentication.CookieAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["models_app.api.permissions.SignedIn"],
    "DEFAULT_PARSER_CLASSES": ["models_app.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer", "models_app.web.renderer.PageRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "models_app.api.negotiation.JSONUnlessPage",
    "DEFAULT_SCHEMA_CLASS": "models_app.api.schema.RegistrySchema",
    "DEFAULT_FILTER_BACKENDS": ["models_app.api.filters.QueryFilterBackend"],
    "EXCEPTION_HANDLER": "models_app.api.problems.handle",
    "UNICODE_JSON": True,
    "NON_FIELD_ERRORS_KEY": "\0",  # a name that no field of a body can have
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Model Registry",
    "DESCRIPTION": (
        "Register, version and find machine-learning models, for teams. Send an API token as "
        "`Authorization: Bearer mr_…`. Every refusal is an `application/problem+json` that says what to do."
    ),
    "TAGS": [
        {"name": name}
        for name in ("Models and versions", "Deployments", "History", "Teams, members and tokens", "You", "Health")
    ],
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "persistAuthorization": False, "displayRequestDuration": True},
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": True,
    "CAMELIZE_NAMES": True,
    "ENUM_NAME_OVERRIDES": {
        "VersionStatus": "models_app.domain.versions.VersionStatus",
        "SettableStatus": "models_app.domain.versions.SETTABLE_STATUSES",
        "Health": "models_app.api.callers.HEALTH",
        "Framework": "models_app.api.texts.STORED_FRAMEWORKS",
        "FrameworkSpelling": "models_app.api.texts.FRAMEWORKS",
        "DeploymentStatus": "models_app.domain.deployments.DeploymentStatus",
        "ReportableStatus": "models_app.domain.deployments.REPORTABLE",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "models_app.api.schema.add_problem_answers",
        "models_app.api.texts.describe_texts",
    ],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "registry_project.observability.LineFormatter"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        # Locally nobody reads metrics.
        **({} if IS_LOCAL else {"metrics": {"class": "registry_project.metrics.MetricsHandler", "stage": ENVIRONMENT}}),
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "registry": {"level": "INFO"},
        "registry.facts": {
            "handlers": [] if IS_LOCAL else ["metrics"],
            "propagate": False,
            "level": "CRITICAL" if IS_LOCAL else "INFO",
        },
        # Each refusal is in our own request line; Django would say it twice, with the path's query.
        "django.request": {"level": "CRITICAL"},
        "django.security": {"level": "ERROR"},
        # A connection's debug lines hold whole requests.
        "botocore": {"level": "WARNING"},
        "urllib3": {"level": "WARNING"},
    },
}
