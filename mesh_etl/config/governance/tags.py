"""`tags:` and `expressions:` of mesh.yaml: the words by which data is classified, as LF-Tags.

Source: https://docs.aws.amazon.com/lake-formation/latest/dg/lf-tag-considerations.html
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mesh_etl.config.model import Model

TagKey = Annotated[str, Field(pattern=r"^[a-z0-9_.:/=+\-@%]{1,128}$")]
TagValue = Annotated[str, Field(pattern=r"^[a-z0-9_.:*/=+\-@%]{1,256}$")]
TagExpression = Annotated[dict[TagKey, Annotated[tuple[TagValue, ...], Field(min_length=1)]], Field(min_length=1)]
ExpressionName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Tag(Model):
    """An LF-Tag: a key with the values that it may have."""

    values: Annotated[tuple[TagValue, ...], Field(min_length=1, max_length=1000)] = Field(
        description="The values, the most open one first."
    )
    default: TagValue | None = Field(
        default=None,
        description="What holds where no contract says it, and for columns that nobody has judged yet: the strictest.",
    )
    classification: dict[str, TagValue] = Field(
        default_factory=dict,
        description="The value for each classification that contracts state; a value's own name stands for itself.",
    )
    assign: tuple[str, ...] = Field(
        default=(), description="Who may assign it beside the governance team, such as sales.steward."
    )
    description: str = Field(default="", description="What the tag tells.")
