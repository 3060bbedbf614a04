"""Accounts, regions and topics by the names that AWS gives them.

Their digits are those of ASCII: pydantic's `\\d` takes the digits of every script.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

_REGION = r"^[a-z]{2}(-[a-z]+)+-[0-9]$"


def _is_a_region(text: str) -> str:
    if not re.fullmatch(_REGION, text):
        fix = {"fix": "write it as AWS does, such as eu-west-1"}
        raise PydanticCustomError("bad_format", "no region is called so", fix)
    return text


AccountId = Annotated[str, Field(pattern=r"^[0-9]{12}$")]
Region = Annotated[str, AfterValidator(_is_a_region), Field(json_schema_extra={"pattern": _REGION})]
TopicArn = Annotated[str, Field(pattern=r"^arn:aws:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$")]
