"""Long answers in pages: a token names the last key that the caller has seen."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from mesh_etl.embedded_aws.answers import invalid

if TYPE_CHECKING:
    from mesh_etl.embedded_aws.operations import Call


def seen(call: Call) -> str:
    """The last key of the page before this one, or the empty string for the first page."""
    try:
        return base64.urlsafe_b64decode(call.get("NextToken") or "").decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise invalid("The token is not one that this call has given.") from error


def page(call: Call, rows: list[tuple[str, Any]], most: int) -> tuple[list[Any], dict[str, str]]:
    """The first `MaxResults` (at most `most`) values of `rows`, and the token member where rows are left.

    `rows` are (key, value) in the order of their keys, all of them after the key that `seen` names.
    """
    size = min(call.get("MaxResults", most), most)
    taken = rows[:size]
    if len(rows) <= size:
        return [value for _, value in taken], {}
    return [value for _, value in taken], {"NextToken": base64.urlsafe_b64encode(taken[-1][0].encode()).decode()}
