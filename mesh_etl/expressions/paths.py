"""JMESPath expressions over contracts and jobs, as plain data: small, without side effects, and known from AWS's CLI.

Beside the functions of jmespath.org there are `matches(text, pattern)` and `lower(text)`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from mesh_etl.expressions.patterns import found


class Unanswerable(ValueError):
    """The expression has no answer for the data that it was asked about; the text quotes none of it."""


def check(text: str) -> None:
    """The text is an expression that can be evaluated. Raises `ValueError` with the reason when it is none."""
    from jmespath.exceptions import JMESPathError, ParseError

    try:
        parsed = _parsed(text)
    except ParseError as error:
        raise ValueError(f"is not JMESPath: something is wrong at character {error.lex_position + 1}") from None
    except JMESPathError:
        raise ValueError("is not JMESPath") from None
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    known = _options().custom_functions.FUNCTION_TABLE
    for name in _functions(parsed.parsed):
        if name not in known:
            raise ValueError(f"calls '{name}', which is no function of JMESPath, matches or lower")


def evaluate(text: str, data: Any) -> Any:
    """What the expression, which `check` has passed, finds in the data. Raises `Unanswerable`."""
    from jmespath.exceptions import ArityError, JMESPathError, JMESPathTypeError

    try:
        return _parsed(text).search(data, options=_options())
    except JMESPathTypeError as error:
        wanted = " or ".join(error.expected_types)
        problem = f"{error.function_name}() takes {wanted} and was given {error.actual_type}"
        raise Unanswerable(problem) from None
    except ArityError as error:
        problem = f"{error.function_name}() takes {error.expected_arity} arguments"
        raise Unanswerable(problem) from None
    except JMESPathError as error:
        raise Unanswerable(f"it fails with {type(error).__name__}") from None


def holds(found: Any) -> bool:
    """Whether JMESPath takes the value for true: everything but null, false and what is empty. Zero is true."""
    return found is not None and found is not False and found not in ("", [], {})


def _functions(node: Any) -> list[str]:
    own = [node["value"]] if node.get("type") == "function_expression" else []
    return own + [name for child in node.get("children", ()) for name in _functions(child)]


@cache
def _parsed(text: str) -> Any:
    from jmespath import compile as parse

    return parse(text)


@cache
def _options() -> Any:
    from jmespath import Options
    from jmespath.functions import Functions, signature

    class Known(Functions):  # type: ignore[misc]
        @signature({"types": ["string"]}, {"types": ["string"]})  # type: ignore[untyped-decorator]
        def _func_matches(self, text: str, pattern: str) -> bool:
            try:
                return found(pattern, text)
            except ValueError as error:
                raise Unanswerable(f"the pattern of matches() {error}") from None

        @signature({"types": ["string"]})  # type: ignore[untyped-decorator]
        def _func_lower(self, text: str) -> str:
            return text.lower()

    return Options(custom_functions=Known())
