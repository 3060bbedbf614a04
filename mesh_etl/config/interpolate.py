"""`${name}` in a string stands for a value of the environment; `$${` stands for `${` itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mesh_etl.config.document import Document, Loc, dotted
from mesh_etl.config.env import Value
from mesh_etl.config.secret import FIX
from mesh_etl.errors import Fault, did_you_mean

_TOKEN = re.compile(r"\$\$\{|\$\{([^{}]*)\}|\$\{")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Interpolation:
    """Replaces the names in one document and collects a fault, with its place, for each that cannot be replaced."""

    def __init__(self, document: Document, values: Mapping[str, Value], searched: str) -> None:
        self.document = document
        self.values = values
        self.searched = searched
        self.faults: list[Fault] = []

    def apply(self, data: Any, loc: Loc = ()) -> Any:
        """`data` in which every string is replaced; a string that is nothing but `${name}` takes the value's type."""
        if isinstance(data, dict):
            return {key: self.apply(value, (*loc, key)) for key, value in data.items()}
        if isinstance(data, list):
            return [self.apply(value, (*loc, index)) for index, value in enumerate(data)]
        return self.text(data, loc) if isinstance(data, str) else data

    def text(self, text: str, loc: Loc) -> Value:
        """`text` in which the names are replaced; a name without a value stays as it is."""
        whole = _TOKEN.fullmatch(text)
        if whole and whole[1] is not None:
            return self._value(whole, loc)
        return _TOKEN.sub(lambda match: _spelled(self._value(match, loc)), text)

    def _value(self, match: re.Match[str], loc: Loc) -> Value:
        name = match[1]
        if match[0] == "$${":
            return "${"
        if name is None:
            self._fault(loc, "UNCLOSED_NAME", "a '${' is not closed", "close it with '}', or write '$${' for the text")
        elif name.strip().lower().startswith("secret:"):
            self._fault(loc, "SECRET_IN_CONFIG", "a secret cannot be put into a string", FIX)
        elif name in self.values:
            return self.values[name]
        elif not _NAME.fullmatch(name):
            self._fault(loc, "UNDEFINED_NAME", "what stands in '${…}' is not a name", "use letters, digits and '_'")
        else:
            fix = f"{did_you_mean(name, self.values)} (searched {self.searched})".strip()
            self._fault(loc, "UNDEFINED_NAME", f"`${{{name}}}` is not defined", fix)
        return match[0]

    def _fault(self, loc: Loc, code: str, problem: str, fix: str) -> None:
        path = dotted(loc)
        self.faults.append(Fault(code, f"{path}: {problem}" if path else problem, self.document.where(loc), fix))


def names_in(data: Any) -> set[str]:
    """The names that the strings of the data name as `${name}`."""
    if isinstance(data, dict):
        return {name for value in data.values() for name in names_in(value)}
    if isinstance(data, list):
        return {name for value in data for name in names_in(value)}
    return set(_names(data))


def settled_values(document: Document) -> tuple[dict[str, Value], list[Fault]]:
    """The `values` of an environment's document, each name in them replaced, and what is wrong with them.

    Values may refer to each other in any order; a circle is one fault.
    """
    raw = document.data.get("values") if isinstance(document.data, dict) else None
    plain: dict[str, Value] = {
        name: value for name, value in (raw if isinstance(raw, dict) else {}).items() if isinstance(value, Value)
    }
    settled: dict[str, Value] = {}
    faults: list[Fault] = []
    for name in plain:
        _settle(name, (), plain, settled, document, faults)
    return settled, faults


def _settle(
    name: str,
    trail: tuple[str, ...],
    plain: Mapping[str, Value],
    settled: dict[str, Value],
    document: Document,
    faults: list[Fault],
) -> None:
    if name in settled:
        return
    value, loc = plain[name], ("values", name)
    if name in trail:
        circle = " → ".join((*trail[trail.index(name) :], name))
        problem = f"{dotted(loc)}: the value refers to itself: {circle}"
        faults.append(Fault("CIRCULAR_VALUE", problem, document.where(loc), "write one of them out"))
        settled[name] = value
        return
    for other in _names(value):
        if other in plain:
            _settle(other, (*trail, name), plain, settled, document, faults)
    if name in settled:  # it was part of a circle
        return
    interpolation = Interpolation(document, {**plain, **settled}, document.name)
    settled[name] = interpolation.text(value, loc) if isinstance(value, str) else value
    faults += interpolation.faults


def _names(value: Value) -> list[str]:
    return [match[1] for match in _TOKEN.finditer(value) if match[1]] if isinstance(value, str) else []


def _spelled(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
