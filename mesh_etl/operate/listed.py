"""What a service lists in pages, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any


def listed(client: Any, call: str, key: str, limit: int | None, *, largest: int = 1000, **asked: Any) -> Iterator[Any]:
    """The first `limit` things under `key` of the answers, or all; no page is larger than `largest`, nor than needed.

    Nothing is asked before the first of them is taken, and no page that is not needed.
    """
    size = largest if limit is None else max(1, min(limit, largest))
    pages = client.get_paginator(call).paginate(**asked, PaginationConfig={"PageSize": size})
    return islice((one for page in pages for one in page[key]), limit)
