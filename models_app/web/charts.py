"""Charts as inline SVG: shapes without styles of their own, which the page's policy would refuse anyway.

Each says in words what it draws. Its numbers stand beside it in a table, which is the page's business.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from models_app.web.pages.values import number

WIDTH, HEIGHT, MARGIN = 240, 72, 6
BAR_WIDTH, BAR_HEIGHT = 80, 6


@dataclass(frozen=True, slots=True)
class Series:
    """A metric, with each version's label and value in the order of the versions. Never empty."""

    name: str
    points: Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing, and what stands around it."""

    name: str
    drawing: SafeString
    last: str
    lowest: str
    highest: str
    begins: str
    ends: str


def metric_chart(series: Series, *, key: str) -> Chart:
    """A metric over versions as a line. ``key`` is unique on its page."""
    values = [float_of(value) for _, value in series.points]
    places = list(zip(_across(len(values)), _down(values), strict=True))
    told = "; ".join(f"{label}: {number(value)}" for label, value in series.points)
    drawing = format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title {}-desc">'
        '<title id="{}-title">{} over versions</title><desc id="{}-desc">{}</desc>'
        '<polyline points="{}"/>{}</svg>',
        *(WIDTH, HEIGHT, key, key, key, series.name, key, told),
        " ".join(f"{x},{y}" for x, y in places),
        format_html_join(
            "",
            '<circle cx="{}" cy="{}" r="3"><title>{}: {}</title></circle>',
            ((x, y, label, number(value)) for (x, y), (label, value) in zip(places, series.points, strict=True)),
        ),
    )
    numbers = [value for _, value in series.points]
    return Chart(
        name=series.name,
        drawing=drawing,
        last=number(numbers[-1]),
        lowest=number(min(numbers)),
        highest=number(max(numbers)),
        begins=series.points[0][0],
        ends=series.points[-1][0],
    )


def bar(value: float, *, among: Iterable[float]) -> SafeString:
    """A value's size among others as a bar; only beside the number, so hidden from who hears the page."""
    largest = max((abs(float_of(each)) for each in among), default=0.0)
    share = abs(float_of(value)) / largest if largest else 0.0
    return format_html(
        '<svg class="bar{}" viewBox="0 0 {} {}" aria-hidden="true"><rect width="{}" height="{}"/></svg>',
        " negative" if value < 0 else "",
        *(BAR_WIDTH, BAR_HEIGHT, round(share * BAR_WIDTH, 1), BAR_HEIGHT),
    )


def float_of(value: float) -> float:
    """The value as a float; a whole number beyond any float is taken for the largest."""
    try:
        return float(value)
    except OverflowError:
        return math.copysign(sys.float_info.max, 1 if value > 0 else -1)


def _across(count: int) -> list[float]:
    if count == 1:
        return [WIDTH / 2]
    step = (WIDTH - 2 * MARGIN) / (count - 1)
    return [round(MARGIN + at * step, 1) for at in range(count)]


def _down(values: Sequence[float]) -> list[float]:
    """Heights in the drawing. Halves are compared, as the distance of the two ends may be beyond any float."""
    lowest, span = min(values) / 2, max(values) / 2 - min(values) / 2
    if span == 0:
        return [HEIGHT / 2] * len(values)
    inner = HEIGHT - 2 * MARGIN
    return [round(HEIGHT - MARGIN - (value / 2 - lowest) / span * inner, 1) for value in values]
