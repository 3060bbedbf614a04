"""Long answers in pages: a token names the last key that the caller has seen."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from mesh_etl.embedded_aws.answers import invalid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesh_etl.embedded_aws.operations import Body, Call

Row = tuple[str, Any]  # a key, which the token names, and what is shown


def paged(call: Call, member: str, rows: Iterable[Row], most: int, *, newest_first: bool = False) -> Body:
    """The answer with a page of `rows` as its `member`, by their keys, and the token of the next one if there is one.

    A page has as many as the call asks for, at most `most`. Token and size are spelled as the member is: services that
    begin its name in lower case begin all names so.
    """
    token, size = ("nextToken", "maxResults") if member[0].islower() else ("NextToken", "MaxResults")
    after = _last(call.get(token))
    left = [row for row in rows if not after or (row[0] < after if newest_first else row[0] > after)]
    left.sort(key=lambda row: row[0], reverse=newest_first)
    found, more = _page(left, min(call.get(size, most), most))
    return {member: found, **({token: more} if more else {})}


def seen(call: Call) -> str:
    """The last key of the page before this one, or the empty string for the first page."""
    return _last(call.get("NextToken"))


def page(call: Call, rows: list[Row], most: int) -> tuple[list[Any], dict[str, str]]:
    """The first `MaxResults` (at most `most`) values of `rows`, and the token member where rows are left.

    `rows` are in the order of their keys, all of them after the key that `seen` names.
    """
    found, more = _page(rows, min(call.get("MaxResults", most), most))
    return found, {"NextToken": more} if more else {}


def _last(token: str | None) -> str:
    try:
        return base64.urlsafe_b64decode(token or "").decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise invalid("The token is not one that this call has given.") from error


def _page(rows: list[Row], size: int) -> tuple[list[Any], str]:
    taken = [value for _, value in rows[:size]]
    return taken, base64.urlsafe_b64encode(rows[size - 1][0].encode()).decode() if len(rows) > size else ""
