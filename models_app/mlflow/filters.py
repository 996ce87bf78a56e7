"""MLflow's filter language: comparisons joined by AND. Parsed here and nowhere else; what is no filter is refused.

A comparison is ``name = 'x'``, ``tags.owner LIKE 'risk%'``, ``run_id IN ('a', 'b')`` or ``version_number >= 3``.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models_app.mlflow.refusals import MlflowRefusal, invalid

IS_PROMPT = "mlflow.prompt.is_prompt"
MAX_CHARACTERS = 10_000

COMPARISON = re.compile(
    r"""\s*(?P<left>`?\w+`?) (?:\.(?:`(?P<ticked>[^`]*)` | "(?P<quoted>[^"]*)" | (?P<plain>[\w./:-]+)))?
        \s*(?P<operator>!=|>=|<=|=|>|<|NOT\s+IN\b|IN\b|LIKE\b|ILIKE\b)
        \s*(?P<right>'[^']*' | "[^"]*" | -?\d+(?:\.\d+)? | \([^()]*\))""",
    re.VERBOSE | re.IGNORECASE,
)
AND = re.compile(r"\s+AND(?=\s|$)|\s*$", re.IGNORECASE)
ITEMS = re.compile(r"\(\s*(?:'[^']*'|\"[^\"]*\")(?:\s*,\s*(?:'[^']*'|\"[^\"]*\"))*\s*\)")
ITEM = re.compile(r"'([^']*)'|\"([^\"]*)\"")

EQUALITY = {"=", "!=", "LIKE", "ILIKE"}
MEMBERSHIP = {"IN", "NOT IN"}
ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}

# What may be compared, and how.
OF_MODELS = {"name": EQUALITY | MEMBERSHIP}
OF_VERSIONS = {
    "name": EQUALITY | MEMBERSHIP,
    "run_id": EQUALITY | MEMBERSHIP,
    "source_path": EQUALITY,
    "version_number": set(ORDER),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One condition on an attribute or a tag."""

    key: str
    is_tag: bool
    operator: str
    value: Any

    def holds(self, attributes: Mapping[str, Any], tags: Mapping[str, str]) -> bool:
        """Whether it holds for something with these attributes and tags. Without the tag it never does but for one."""
        found = (tags if self.is_tag else attributes).get(self.key)
        if found is None:
            # The client adds this to every search for models, and means "no prompt".
            return self.is_tag and self.key == IS_PROMPT and self.operator == "!="
        if self.operator in MEMBERSHIP:
            return (found in self.value) == (self.operator == "IN")
        if self.operator == "LIKE":
            return is_like(found, self.value)
        if self.operator == "ILIKE":
            return is_like(found.lower(), self.value.lower())
        return ORDER[self.operator](found, self.value)


Filter = Sequence[Comparison]


def parse_filter(text: str, known: Mapping[str, set[str]]) -> Filter:
    """The comparisons of a filter; none where it is empty.

    >>> parse_filter("name = 'fraud' AND tags.`owner` != 'risk'", OF_MODELS)[1].key
    'owner'

    Raises:
        MlflowRefusal: it is no filter, or compares what cannot be compared.
    """
    if len(text) > MAX_CHARACTERS:
        raise invalid(f"The filter string has more than {MAX_CHARACTERS} characters.")
    found, position = [], 0
    while text[position:].strip():
        match = COMPARISON.match(text, position)
        joint = AND.match(text, match.end()) if match else None
        if match is None or joint is None:
            raise invalid(f"Invalid clause(s) in filter string: {text[position : position + 200].strip()!r}")
        found.append(_comparison(match, known))
        position = joint.end()
    return found


def is_like(text: str, pattern: str) -> bool:
    """SQL's LIKE: ``%`` for anything, ``_`` for one character. In linear steps, however many ``%`` there are.

    >>> is_like("fraud-eu", "fr%_u"), is_like("fraud", "raud")
    (True, False)
    """
    parts = [
        re.compile("".join("." if c == "_" else re.escape(c) for c in part), re.DOTALL) for part in pattern.split("%")
    ]
    lengths = [len(part) for part in pattern.split("%")]
    if len(parts) == 1:
        return parts[0].fullmatch(text) is not None
    if sum(lengths) > len(text) or not parts[0].match(text) or not parts[-1].match(text, len(text) - lengths[-1]):
        return False
    position, end = lengths[0], len(text) - lengths[-1]
    for part in parts[1:-1]:
        match = part.search(text, position, end)
        if match is None:
            return False
        position = match.end()
    return True


def _comparison(match: re.Match[str], known: Mapping[str, set[str]]) -> Comparison:
    left = match["left"].strip("`")
    inner = next((each for each in (match["ticked"], match["quoted"], match["plain"]) if each is not None), None)
    word = re.sub(r"\s+", " ", match["operator"]).upper()
    if inner is not None and left.lower() in {"tag", "tags"}:
        key, is_tag, allowed = inner, True, EQUALITY
    elif inner is None or left.lower() == "attribute":
        key, is_tag = inner or left, False
        if key not in known:
            raise invalid(f"Invalid attribute key '{key[:100]}' specified. Valid keys are {sorted(known)}")
        allowed = known[key]
    else:
        raise invalid(f"Invalid entity type '{left[:100]}'. Valid values are ['tag', 'tags', 'attribute']")
    if word not in allowed:
        raise invalid(f"Invalid comparison operator '{word}' for '{key[:100]}'. Valid ones are {sorted(allowed)}")
    return Comparison(key, is_tag, word, _value(match["right"], word, is_number=not is_tag and key == "version_number"))


def _value(text: str, word: str, *, is_number: bool) -> Any:
    if is_number:
        digits = text.strip("'\"")
        if not digits.isascii() or not digits.isdecimal() or len(digits) > 18:  # noqa: PLR2004 - as many as a number may have
            raise invalid(f"Invalid value {text[:40]} for 'version_number': it is a whole number.")
        return int(digits)
    if word in MEMBERSHIP:
        if not ITEMS.fullmatch(text):
            raise invalid(f"Invalid clause(s) in filter string: {text[:200]!r} is no list of quoted texts")
        return [single or double for single, double in ITEM.findall(text)]
    if text[0] not in "'\"":
        raise invalid(f"Invalid clause(s) in filter string: expected a quoted text, not {text[:100]!r}")
    return text[1:-1]


# Order --------------------------------------------------------------------------------------------------------------

ORDER_KEY = re.compile(r"\s*`?(?P<key>\w+)`?(?:\s+(?P<direction>ASC|DESC))?\s*", re.IGNORECASE)


def parse_order(clauses: Sequence[str], known: Mapping[str, str]) -> list[tuple[str, bool]]:
    """Each key with whether it descends. ``known`` gives each key's one spelling.

    Raises:
        MlflowRefusal: a key is unknown or stands twice.
    """
    found: dict[str, bool] = {}
    for clause in clauses:
        match = ORDER_KEY.fullmatch(clause)
        if match is None or match["key"] not in known:
            raise invalid(f"Invalid order by key in '{clause[:100]}'. Valid keys are {sorted(known)}")
        key = known[match["key"]]
        if key in found:
            raise MlflowRefusal("INVALID_PARAMETER_VALUE", f"`order_by` contains duplicate fields: {key}")
        found[key] = (match["direction"] or "ASC").upper() == "DESC"
    return list(found.items())
