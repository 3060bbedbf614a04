"""How the errors of the validator read in plain English, without the value that caused them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_EXPECTED = {
    "int_type": "a whole number", "int_parsing": "a whole number", "int_from_float": "a whole number",
    "int_parsing_size": "a whole number of usual size", "float_type": "a number", "float_parsing": "a number",
    "decimal_type": "a number", "decimal_parsing": "a number", "bool_type": "true or false",
    "bool_parsing": "true or false", "string_type": "a string", "list_type": "a list", "tuple_type": "a list",
    "set_type": "a list", "frozen_set_type": "a list", "dict_type": "a mapping", "mapping_type": "a mapping",
    "model_type": "a mapping", "model_attributes_type": "a mapping", "dataclass_type": "a mapping",
    "date_type": "a date", "date_parsing": "a date", "date_from_datetime_parsing": "a date",
    "date_from_datetime_inexact": "a date", "datetime_type": "a timestamp", "datetime_parsing": "a timestamp",
    "datetime_from_date_parsing": "a timestamp", "none_required": "nothing", "url_parsing": "a URL",
    "url_type": "a URL",
}  # fmt: skip
_BOUNDS = {
    "greater_than": "must be greater than {gt}", "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}", "less_than_equal": "must be at most {le}",
    "multiple_of": "must be a multiple of {multiple_of}", "finite_number": "must be a finite number",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must have at least {min_length} items", "too_long": "must have at most {max_length} items",
    "string_pattern_mismatch": "does not match the pattern {pattern}",
}  # fmt: skip
# Only a plain word is repeated in a message: a misspelled name helps, anything else could be a secret.
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")


def found(value: object) -> str:
    """What kind of thing `value` is, never what it says."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    for kind, name in ((int, "a whole number"), (float, "a number"), (str, "a string"), (dict, "a mapping")):
        if isinstance(value, kind):
            return name
    return "a list" if isinstance(value, list | tuple) else "something else"


def expected(kind: str) -> str | None:
    """What an error of this kind asks for, when it is about the type of the value."""
    return _EXPECTED.get(kind)


def bound(kind: str, context: Mapping[str, Any]) -> str | None:
    """What an error of this kind asks for, when it is about the size or the form of the value."""
    if kind in ("string_too_short", "too_short") and context["min_length"] == 1:
        return "must not be empty"
    return _BOUNDS[kind].format(**context) if kind in _BOUNDS else None


def either(names: Sequence[str]) -> str:
    """The names as a choice: `a string, a list or a mapping`."""
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]


def quote_hint(kind: str, value: object) -> str:
    """The fix for a number or a boolean where a string is expected."""
    if value is None:
        return "write a value or remove the key"
    return "put it in quotes" if kind == "string_type" and isinstance(value, int | float) else ""


def word(value: object) -> str | None:
    """The value, when it is a plain word that a message may repeat."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else None
