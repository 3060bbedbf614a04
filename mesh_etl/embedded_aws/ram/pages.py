"""Pages and ARNs as RAM has them, whose members are spelled in lower camel case."""

from __future__ import annotations

import re
from typing import Any

from mesh_etl.embedded_aws import pages
from mesh_etl.embedded_aws.answers import Refusal
from mesh_etl.embedded_aws.operations import Body, Call

MOST = 500
_ARN = re.compile(r"arn:aws:ram:[a-z0-9-]+:\d{12}:(resource-share|resource-share-invitation)/[0-9a-f-]{36}")


def paged(call: Call, member: str, rows: list[tuple[str, Any]]) -> Body:
    """The values of `rows` by their keys, under the name `member`, with the token of the next page."""
    try:
        return pages.paged(call, member, rows, MOST)
    except Refusal as refusal:
        raise Refusal("InvalidNextTokenException", refusal.message) from refusal


def arns(call: Call, member: str, kind: str) -> set[str] | None:
    """The ARNs that the request gives as `member`, one or a list, or None; refused when one is no ARN of the kind."""
    given = call.get(member)
    if given is None:
        return None
    wanted = {given} if isinstance(given, str) else set(given)
    for arn in wanted:
        found = _ARN.fullmatch(arn)
        if found is None or found[1] != kind:
            raise Refusal("MalformedArnException", "The specified Amazon Resource Name (ARN) is malformed.")
    return wanted
