"""What Glue takes of a table, of all that it tells of one, and how long its texts may be.

Source: https://docs.aws.amazon.com/glue/latest/webapi/API_TableInput.html
"""

from __future__ import annotations

import re

TABLE_INPUT = (
    "Name", "Description", "Owner", "LastAccessTime", "LastAnalyzedTime", "Retention", "StorageDescriptor",
    "PartitionKeys", "ViewOriginalText", "ViewExpandedText", "TableType", "Parameters",
)  # fmt: skip
DESCRIPTION_LENGTH, COMMENT_LENGTH, OWNER_LENGTH = 2048, 255, 255
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def fitted(text: str, limit: int, *, lines: bool = False) -> str:
    """The text within Glue's bounds: no control characters, a length as Java counts it, and one line unless `lines`."""
    text = _CONTROL.sub("", text.strip() if lines else " ".join(text.split()))
    pairs = text.encode("utf-16-le")
    if len(pairs) // 2 <= limit:
        return text
    return pairs[: 2 * (limit - 1)].decode("utf-16-le", errors="ignore").rstrip() + "…"
