"""Versions of contracts by Semantic Versioning 2.0.0: what a change asks of the number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering

from mesh_etl.contract.changes.base import Kind

_SEMVER = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?"
    r"(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?"
)


@total_ordering
@dataclass(frozen=True)
class Version:
    """A version, ordered as semver says (item 11); build metadata is left out."""

    release: tuple[int, int, int]
    pre: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Version | None:
        """The version that the text spells, or None where it is no semver."""
        match = _SEMVER.fullmatch(text)
        if match is None:
            return None
        return cls((int(match[1]), int(match[2]), int(match[3])), tuple(match[4].split(".")) if match[4] else ())

    def __lt__(self, other: Version) -> bool:
        if self.release != other.release or not (self.pre and other.pre):
            return (self.release, not self.pre) < (other.release, not other.pre)
        return [_rank(one) for one in self.pre] < [_rank(one) for one in other.pre]

    def __str__(self) -> str:
        return ".".join(map(str, self.release)) + (f"-{'.'.join(self.pre)}" if self.pre else "")

    def after(self, kind: Kind) -> Version:
        """The smallest release that may hold a change of this kind.

        Before 1.0.0 nothing is promised for long (item 4): a breaking change needs a new minor version there, any
        other a patch. A pre-release may change anything until its release (item 9).
        """
        major, minor, patch = self.release
        if self.pre:
            return Version(self.release)
        if kind == "breaking":
            return Version((major + 1, 0, 0) if major else (0, minor + 1, 0))
        if kind == "additive" and major:
            return Version((major, minor + 1, 0))
        return Version((major, minor, patch + 1))


def suffices(old: Version, new: Version, kind: Kind | None) -> bool:
    """Whether a contract may go from the old version to the new one with changes whose gravest kind this is."""
    if kind is None:
        return new >= old
    return new > old and (bool(old.pre) or new.release >= old.after(kind).release)


def _rank(part: str) -> tuple[int, int, str]:
    return (0, int(part), "") if part.isdigit() else (1, 0, part)
