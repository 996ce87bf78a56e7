"""MLflow's filter language: comparisons joined by AND. Parsed here and nowhere else; what is no filter is refused.

A comparison is ``name = 'x'``, ``tags.owner LIKE 'risk%'``, ``run_id IN ('a', 'b')`` or ``version_number >= 3``.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models_app.mlflow.refusals import invalid

IS_PROMPT = "mlflow.prompt.is_prompt"
NO_PROMPT = {("!=", "true"), ("=", "false")}
MAX_CHARACTERS = 10_000

COMPARISON = re.compile(
    r"""\s*(?P<left>`?\w+`?) (?:\.(?:`(?P<ticked>[^`]*)` | "(?P<quoted>[^"]*)" | (?P<plain>[\w./:-]+)))?
        \s*(?P<operator>!=|>=|<=|<>|==|=|>|<|NOT\s+IN\b|IN\b|LIKE\b|ILIKE\b)
        \s*(?P<right>'(?:[^']|'')*' | "(?:[^"]|"")*" | -?\d+(?:\.\d+)? | \([^()]*\) | \w+)""",
    re.VERBOSE | re.IGNORECASE,
)
AND = re.compile(r"\s+AND(?=\s|$)|\s*$", re.IGNORECASE)
ITEMS = re.compile(r"\(\s*(?:'[^']*'|\"[^\"]*\")(?:\s*,\s*(?:'[^']*'|\"[^\"]*\"))*\s*,?\s*\)")
ITEM = re.compile(r"'([^']*)'|\"([^\"]*)\"")
NUMBER = re.compile(r"-?[0-9]{1,18}")

QUOTES = "'\""
NO_CLAUSE = "Invalid clause(s) in filter string: "
NUMERIC = {"version_number"}

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
            return self.is_tag and self.key == IS_PROMPT and (self.operator, self.value) in NO_PROMPT
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
            raise invalid(f"{NO_CLAUSE}{text[position : position + 200].strip()}")
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
    word, text = re.sub(r"\s+", " ", match["operator"]).upper(), match["right"]
    if inner is not None and left.lower() in {"tag", "tags"}:
        return Comparison(inner, True, word, _of_tag(word, text))
    if inner is not None and left.lower() != "attribute":
        sentence = "Valid entity types are ('attribute', 'tag', 'tags')"
        raise invalid(f"Invalid entity type '{left[:100]}'. {sentence}")
    key = inner or left
    if key not in known:
        raise invalid(f"Invalid attribute key '{key[:100]}' specified. Valid keys are '{{{str(sorted(known))[1:-1]}}}'")
    if word in MEMBERSHIP and not known[key] & MEMBERSHIP:
        sentence = "attributes support comparison with a list of quoted string values."
        raise invalid(f"Only {[each for each in known if known[each] & MEMBERSHIP]} {sentence}")
    if word not in known[key]:
        what = f"attribute {key}" if key in NUMERIC else "attribute"
        raise invalid(f"Invalid comparator for {what}: {word}")
    return Comparison(key, False, word, _number(key, text) if key in NUMERIC else _of_attribute(word, text))


def _of_tag(word: str, text: str) -> str:
    if text[0] not in QUOTES:
        raise invalid(f"Expected a quoted string value for tag (e.g. 'my-value'). Got value {text[:100]}")
    if word not in EQUALITY:
        raise invalid(f"Invalid comparator for tag: {word}")
    return text[1:-1]


def _of_attribute(word: str, text: str) -> str | list[str]:
    if word in MEMBERSHIP:
        if text[0] == "(" and not text[1:-1].strip():
            sentence = "expected a non-empty list of string values, but got empty list"
            raise invalid(f"While parsing a list in the query, {sentence}")
        if not ITEMS.fullmatch(text):
            raise invalid(f"{NO_CLAUSE}{text[:200]} is no list of quoted texts")
        return [single or double for single, double in ITEM.findall(text)]
    if text[0].isdigit() or text[0] in "-(":
        sentence = "Expected a quoted string value or a list of quoted string values for attributes."
        raise invalid(f"{sentence} Got value {text[:100]}")
    if text[0] not in QUOTES:
        sentence = "Parameter value is either not quoted or unidentified quote types used for string value"
        raise invalid(f"{sentence} {text[:100]}. Use either single or double quotes.")
    return text[1:-1]


def _number(key: str, text: str) -> int:
    digits = text[1:-1] if text[0] in QUOTES else text
    if not NUMBER.fullmatch(digits):
        raise invalid(f"Invalid value for numeric attribute '{key}': {text[:100]}")
    return int(digits)


# Order --------------------------------------------------------------------------------------------------------------

ORDER_KEY = re.compile(r"\s*`?(?P<key>\w+)`?(?:\s+(?P<direction>ASC|DESC))?\s*", re.IGNORECASE)


def parse_order(clauses: Sequence[str], known: Mapping[str, str], *, what: str) -> list[tuple[str, bool]]:
    """Each key with whether it descends. ``known`` gives each key's one spelling, ``what`` begins a refusal.

    Raises:
        MlflowRefusal: a key is unknown or stands twice.
    """
    found: dict[str, bool] = {}
    for clause in clauses:
        match = ORDER_KEY.fullmatch(clause)
        if match is None and not clause.strip():
            raise invalid(f"Invalid order_by clause '{clause[:100]}'. Could not be parsed.")
        if match is None:
            raise invalid(f"Invalid ordering key in order_by clause '{clause[:100]}'.")
        if match["key"] not in known:
            keys = str(sorted(set(known.values())))[1:-1]
            raise invalid(f"{what} '{match['key'][:100]}' specified. Valid keys are '{{{keys}}}'")
        key = known[match["key"]]
        if key in found:
            raise invalid(f"`order_by` contains duplicate fields: {[each[:100] for each in clauses]}")
        found[key] = (match["direction"] or "ASC").upper() == "DESC"
    return list(found.items())
