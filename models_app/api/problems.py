"""Refusals on the wire: RFC 9457 ``application/problem+json``. The one table from kinds of error to HTTP status."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.settings import api_settings

from models_app.domain import errors
from models_app.domain.errors import FieldError, RegistryError
from models_app.domain.rates import TooManyRequests
from models_app.domain.sign_ins import TooManySignIns
from models_app.identity.authentication import CHALLENGE

CONTENT_TYPE = "application/problem+json"

STATUS: dict[type[RegistryError], int] = {
    errors.KeyReused: status.HTTP_422_UNPROCESSABLE_ENTITY,
    errors.Invalid: status.HTTP_400_BAD_REQUEST,
    errors.Unauthenticated: status.HTTP_401_UNAUTHORIZED,
    errors.Denied: status.HTTP_403_FORBIDDEN,
    errors.NotFound: status.HTTP_404_NOT_FOUND,
    errors.Conflict: status.HTTP_409_CONFLICT,
    errors.Stale: status.HTTP_412_PRECONDITION_FAILED,
    TooManyRequests: status.HTTP_429_TOO_MANY_REQUESTS,
    TooManySignIns: status.HTTP_429_TOO_MANY_REQUESTS,
    errors.Busy: status.HTTP_503_SERVICE_UNAVAILABLE,
}


class WireProblem(exceptions.APIException):
    """A request that HTTP itself gets wrong, before the registry is asked."""

    slug: ClassVar[str]
    title: ClassVar[str]


class BodyUnreadable(WireProblem):
    status_code = status.HTTP_400_BAD_REQUEST
    slug = "body-unreadable"
    title = "The body is not the JSON we read"
    default_detail = "Send one JSON object in UTF-8, with each key once, no NaN, and at most 32 levels deep."


class BodyTooLarge(WireProblem):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    slug = "body-too-large"
    title = "The body is too large"
    default_detail = "A request body has at most 1 MB. Large documents belong beside the artifact, in S3."


class MediaTypeUnsupported(WireProblem):
    status_code = status.HTTP_415_UNSUPPORTED_MEDIA_TYPE
    slug = "media-type-unsupported"
    title = "Send JSON"
    default_detail = "Send 'Content-Type: application/json', in UTF-8 and without a Content-Encoding."


# What Django and DRF raise by themselves: (slug, title, sentence).
FRAMEWORK_PROBLEMS: dict[int, tuple[str, str, str]] = {
    400: ("bad-request", "This request cannot be understood", "The request is malformed; check its URL and headers."),
    403: (
        "cross-site-request",
        "This could be somebody else's form",
        "Send the CSRF token with a signed-in session, or use an API token.",
    ),
    404: ("no-such-page", "Nothing lives at this address", "Check the path; /api/docs lists all of them."),
    405: ("method-not-allowed", "This address has no such method", "Use one of the methods in the Allow header."),
    415: (MediaTypeUnsupported.slug, MediaTypeUnsupported.title, str(MediaTypeUnsupported.default_detail)),
    500: (
        "internal-error",
        "We made a mistake",
        "Something failed on our side. Report the requestId to your platform team.",
    ),
}


def handle(failure: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every refusal as a problem; what is left becomes ``server_error``."""
    request = context["request"]
    if isinstance(failure, exceptions.NotAuthenticated):
        failure = errors.CredentialsMissing()
    if isinstance(failure, exceptions.ValidationError):
        failure = errors.InvalidFields(list(flatten(failure.detail)))
    if isinstance(failure, RequestDataTooBig):
        failure = BodyTooLarge()
    if isinstance(failure, RegistryError):
        return _response(body_of(failure, request), headers_of(failure))
    if isinstance(failure, WireProblem):
        body = _body(request, failure.slug, failure.title, failure.status_code, str(failure.detail))
        return _response(body, {})
    if isinstance(failure, exceptions.APIException | Http404):
        code = getattr(failure, "status_code", 404)
        headers = (
            {"Allow": ", ".join(context["view"].allowed_methods)} if code == status.HTTP_405_METHOD_NOT_ALLOWED else {}
        )
        return _response(framework_body(request, code), headers)
    return None


def body_of(error: RegistryError, request: HttpRequest | Any) -> dict[str, Any]:
    """A refusal as a problem document."""
    code = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    body = _body(request, error.slug, error.title, code, str(error))
    if found := getattr(error, "errors", None):
        body["errors"] = [{"field": each.field, "code": each.code, "detail": each.detail} for each in found]
    return body | {name: error.details[name] for name in error.shown}


def flatten(detail: Any, path: str = "") -> Iterator[FieldError]:
    """DRF's nested validation errors as a list of fields."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            is_whole = name == api_settings.NON_FIELD_ERRORS_KEY
            yield from flatten(inner, path if is_whole else f"{path}.{name}".lstrip("."))
    elif isinstance(detail, list):
        for inner in detail:
            yield from flatten(inner, path)
    else:
        yield FieldError(field=path or "body", code=str(detail.code), detail=str(detail))


def framework_body(request: Any, code: int) -> dict[str, Any]:
    """What Django or DRF refuses by itself, as a problem document."""
    return unserved_body(code, request_id=getattr(request, "request_id", ""))


def unserved_body(code: int, *, request_id: str, detail: str | None = None) -> dict[str, Any]:
    """The same where there is no request yet; ``detail`` where more can be said than for all of that status."""
    slug, title, usual = FRAMEWORK_PROBLEMS.get(code, FRAMEWORK_PROBLEMS[400])
    return _document(slug, title, code, detail or usual, request_id)


def _body(request: Any, slug: str, title: str, code: int, detail: str) -> dict[str, Any]:
    return _document(slug, title, code, detail, getattr(request, "request_id", ""))


def _document(slug: str, title: str, code: int, detail: str, request_id: str) -> dict[str, Any]:
    return {
        "type": f"/problems/{slug}",
        "title": title,
        "status": code,
        "detail": detail,
        "requestId": request_id,
    }


def headers_of(error: RegistryError) -> dict[str, str]:
    """The headers that go with a refusal."""
    if isinstance(error, errors.Unauthenticated):
        return {"WWW-Authenticate": CHALLENGE}
    if isinstance(error, errors.Busy):
        return {"Retry-After": str(error.retry_after_seconds)}
    return {}


def _response(body: dict[str, Any], headers: dict[str, str]) -> Response:
    return Response(body, status=body["status"], headers=headers, content_type=CONTENT_TYPE)
