"""What templates say in the same way everywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import template
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from models_app.web.pages.values import NONE

register = template.Library()

NOTHING = SafeString("")
WORD = re.compile("([A-Z])")


@register.simple_tag
def status(text: str) -> SafeString:
    """A status: its word, coloured by its kind."""
    return format_html('<span class="status {}">{}</span>', text.lower(), text.replace("_", " ").capitalize())


@register.simple_tag
def instant(text: str | None) -> SafeString:
    """A time on the wire as a person reads it, in UTC; in full when pointed at."""
    if not text:
        return NOTHING
    return format_html('<time datetime="{0}" title="{0}">{1} {2}</time>', text, text[:10], text[11:16])


@register.simple_tag
def actor(name: str) -> SafeString:
    """Who did it: people by their name, all others with what they are. In full when pointed at."""
    kind, _, rest = name.partition(":")
    said = rest if kind == "user" else f"{kind} {rest[:12]}{'…' if len(rest) > 12 else ''}"  # noqa: PLR2004 - enough to tell them apart
    return format_html('<span class="actor" title="{}">{}</span>', name, said)


@register.simple_tag
def size(count: int | None) -> SafeString:
    """A number of bytes as a person reads it; exact when pointed at."""
    if count is None:
        return format_html('<span class="none">{}</span>', NONE)
    return format_html('<span title="{} bytes">{}</span>', count, filesizeformat(count))


@register.simple_tag
def places(placements: Mapping[str, Mapping[str, Any]]) -> SafeString:
    """What of a model runs where, in short."""
    running = sorted(
        (slot, told["current"]["version"] if told["current"] else "…")
        for slot, told in placements.items()
        if told["current"] or told["inFlight"]
    )
    return format_html_join(" ", '<span class="place"><b>{}</b> {}</span>', running)


@register.filter
def words(kind: str) -> str:
    """The kind of an event in words: ``MemberRoleChanged`` is "Member role changed"."""
    return WORD.sub(r" \1", kind).strip().capitalize()


@register.filter
def who(actor: str) -> str:
    """An actor as people say it: a user by name, all others as history calls them."""
    return actor.removeprefix("user:")
