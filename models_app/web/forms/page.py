"""What all forms have in common: who fills them in, what is refused beside which field, and where they lead."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views import View
from rest_framework.exceptions import ValidationError
from rest_framework.serializers import Serializer

from models_app.api.problems import STATUS, flatten, headers_of
from models_app.domain.actors import Actor
from models_app.domain.errors import (
    Busy,
    Conflict,
    Denied,
    FieldError,
    Invalid,
    InvalidFields,
    NotFound,
    RegistryError,
    Stale,
)
from models_app.domain.permissions import Permission, authorize
from models_app.domain.teams import TeamSlug
from models_app.web.forms.fields import RegistryForm
from models_app.web.frame import actor_of, frame_of

# What stands above the form, with all that was typed; a thing that is gone has no form any more.
TOLD_IN_THE_FORM = (Conflict, Stale, Invalid, Denied, Busy)

Crumb = tuple[str, str]


class SeeOther(HttpResponseRedirect):
    """What was done is to be seen there; loading that page again does nothing again."""

    status_code = HTTPStatus.SEE_OTHER


class FormPage(View):
    """A form: shown by GET, done by POST, then 303 to the page that shows what was done.

    What the registry refuses is told beside the field that it concerns, and what was typed stays. Fields have the API's
    names, so that the API's rules and sentences serve here too.

    Attributes:
        form_class: the form.
        title, button: what it is called, and what the button says.
        template: its page; ``form`` and what ``context`` adds are known there.
        done: what is said once it is done.
        is_grave: whether the button looks like what it does: taking something away.
    """

    http_method_names = ["get", "head", "post"]  # noqa: RUF012 - as in Django
    form_class: ClassVar[type[RegistryForm]] = RegistryForm
    title: str
    button: str
    template: ClassVar[str] = "web/form.html"
    done: str = ""
    is_grave: ClassVar[bool] = False

    @property
    def actor(self) -> Actor:
        """Who fills it in."""
        return actor_of(self.request)

    def begin(self) -> None:
        """Refuse who may not see it. Called before anything is shown or done; costs no call."""

    def trail(self) -> list[Crumb]:
        """The way to this page: names and addresses. The last is where one goes back to."""
        return [("Models", reverse("models"))]

    def initial(self) -> dict[str, Any]:
        """What stands in the form at first."""
        return {}

    def make(self, data: Any = None) -> RegistryForm:
        """The form, empty or filled in."""
        return self.form_class(data, initial=self.initial() if data is None else None)

    def context(self, form: RegistryForm) -> dict[str, Any]:
        """What else the page shows."""
        return {}

    def perform(self, values: dict[str, Any]) -> str | HttpResponse:
        """Do it; the address of the page that shows what was done, or that page itself if it must be kept nowhere.

        Raises:
            RegistryError: it is refused. ``InvalidFields`` stands beside its fields, others above the form.
        """
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Only for the signed-in; the others are sent to sign in by the refusal."""
        request.actor = self.actor  # type: ignore[attr-defined]  # for the request's log line
        self.begin()
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, **_: str) -> HttpResponse:
        """Show the form."""
        return self.show(self.make())

    def post(self, request: HttpRequest, **_: str) -> HttpResponse:
        """Do what it asks for."""
        form = self.make(request.POST)
        if not form.is_valid():
            return self.show(form, status=HTTPStatus.BAD_REQUEST)
        try:
            done = self.perform(form.cleaned_data)
        except TOLD_IN_THE_FORM as refusal:
            return self.refused(form, refusal)
        return done if isinstance(done, HttpResponse) else self.lead(done)

    def lead(self, address: str) -> HttpResponse:
        """Say that it is done, and go to where it is seen."""
        if self.done:
            messages.success(self.request, self.done)
        return SeeOther(address)

    def refused(self, form: RegistryForm, refusal: RegistryError) -> HttpResponse:
        """The form again, with what was typed and why it was not done."""
        if isinstance(refusal, InvalidFields):
            tell(form, refusal.errors)
        else:
            form.add_error(None, str(refusal))
        return self.show_refused(form, refusal)

    def show_refused(self, form: RegistryForm, refusal: RegistryError) -> HttpResponse:
        """The page, with the status and the headers of a refusal."""
        response = self.show(form, status=next(STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS))
        for name, value in headers_of(refusal).items():
            response.headers[name] = value
        return response

    def show(self, form: RegistryForm, *, status: int = 200) -> HttpResponse:
        """The page with the form."""
        trail = self.trail()
        own = {
            "form": form,
            "title": self.title,
            "button": self.button,
            "is_grave": self.is_grave,
            "trail": trail,
            "back": trail[-1][1],
            "json_link": None,  # a form has no other form
        }
        return render(self.request, self.template, frame_of(self.request) | own | self.context(form), status=status)


class TeamwiseFormPage(FormPage):
    """A form about something of a team, for whoever has the permission there."""

    permission: ClassVar[Permission]

    def scope(self) -> tuple[TeamSlug, NotFound]:
        """The team, and what a missing thing would say: another team's reads the same."""
        raise NotImplementedError

    def begin(self) -> None:
        """Refuse whoever lacks the permission."""
        team, missing = self.scope()
        authorize(self.actor, self.permission, team=team, hidden_as=missing)


def checked(serializer: Serializer[Any]) -> dict[str, Any]:
    """What the API makes of a body, by its own rules.

    Raises:
        InvalidFields: as the API would say it.
    """
    try:
        serializer.is_valid(raise_exception=True)
    except ValidationError as wrong:
        raise InvalidFields(list(flatten(wrong.detail))) from wrong
    values: dict[str, Any] = serializer.validated_data
    return values


def tell(form: forms.Form, errors: tuple[FieldError, ...]) -> None:
    """Put each error beside its field; ``tags.env`` stands beside ``tags``, and what has no field here, on top."""
    for error in errors:
        name, _, inner = error.field.partition(".")
        known = name if name in form.fields else None
        where = inner if known else error.field
        form.add_error(known, f"{where}: {error.detail}" if where else error.detail)
