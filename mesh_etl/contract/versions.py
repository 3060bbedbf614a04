"""The versions of the standard, and marks on the models that say which version has which key.

A model describes the newest version and takes the spellings of older ones as well. The marks are what `strict` holds a
file against the version that it declares with, and what the lint warns about. Sources: the standard's CHANGELOG.md and
its JSON Schemas, compared key by key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

ApiVersion = Literal["v3.0.0", "v3.0.1", "v3.0.2", "v3.1.0", "v3.2.0"]
VERSIONS: tuple[str, ...] = get_args(ApiVersion)
NEWEST = VERSIONS[-1]


def earlier(one: str, other: str) -> bool:
    """Whether a version of the standard came before another one."""
    return VERSIONS.index(one) < VERSIONS.index(other)


@dataclass(frozen=True)
class Mark:
    """What is to be said of a key in the light of a version.

    `only` narrows it to some forms of the key: values, or the types of values; without any it is about all of them.
    """

    version: ApiVersion
    only: tuple[Any, ...] = ()

    def about(self, value: Any) -> bool:
        """Whether the mark is about a key with this value; true is no number here."""
        return not self.only or type(value) in self.only or (isinstance(value, str) and value in self.only)


@dataclass(frozen=True)
class Since(Mark):
    """The key, or the form of its value, came with the version."""


@dataclass(frozen=True)
class Until(Mark):
    """The version was the last one with the key; `instead` says what later ones write."""

    instead: str = ""


@dataclass(frozen=True)
class Deprecated(Mark):
    """From this version on the key is better not used; `instead` says what to write."""

    instead: str = ""


@dataclass(frozen=True)
class Required(Mark):
    """The key is required by the versions from `first` to this one."""

    first: ApiVersion = "v3.0.0"
