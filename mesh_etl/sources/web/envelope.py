"""The part of a page that is not records: where the next page is, how many records there are in all."""

from __future__ import annotations

import json
from typing import Any

from mesh_etl.errors import Fault, RunError


class _Object(dict[str, Any]):
    """An object of JSON that remembers which of its keys stood there twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.twice = frozenset[str]()
        if len(self) != len(pairs):
            names = [name for name, _ in pairs]
            self.twice = frozenset(name for name in names if names.count(name) > 1)


class Envelope:
    """A page, parsed as far as its envelope needs it; the records in it are parsed strictly later."""

    def __init__(self, body: bytes, place: str) -> None:
        self.place = place
        try:
            # Bytes that are no UTF-8 stay recognisable: inside a record they cost the record, not the page.
            text = body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
            self.content = json.loads(text, object_pairs_hook=_Object, parse_int=str, parse_float=str)
        except (ValueError, RecursionError):
            raise self._unreadable("the answer is not JSON, or not all of it") from None

    def at(self, path: str) -> Any:
        """What stands at a path such as `data.items`, None where nothing does; numbers come as their text."""
        found = self.content
        for key in path.split(".") if path else ():
            if not isinstance(found, _Object):
                return None
            if key in found.twice:
                raise self._unreadable(f"a key of '{path}' stands in the answer twice")
            found = found.get(key)
        return found

    def records(self, path: str) -> int:
        """The number of records at the path. Raises `RunError` PAGE_UNREADABLE where there is no array."""
        found = self.at(path)
        if not isinstance(found, list):
            raise self._unreadable(f"the answer has no array at '{path}'" if path else "the answer is no array")
        return len(found)

    def text(self, path: str) -> str | None:
        """The text or number at the path; None for null, for the empty text, and where nothing is."""
        found = self.at(path)
        if isinstance(found, str) or found is None:
            return found or None
        raise self._unreadable(f"'{path}' is neither a text nor a number")

    def total(self, path: str) -> int | None:
        """The whole number at the path; None where nothing is."""
        found = self.at(path)
        if found is None:
            return None
        if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < 19:
            return int(found)
        raise self._unreadable(f"'{path}' is no whole number")

    def _unreadable(self, problem: str) -> RunError:
        fix = "check records, paging and count_path against what the service sends"
        return RunError(Fault("PAGE_UNREADABLE", problem, self.place, fix))
