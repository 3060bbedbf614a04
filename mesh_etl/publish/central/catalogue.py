"""The catalogue of another account, through one's own client."""

from __future__ import annotations

from functools import partial
from typing import Any


class Catalogue:
    """A Glue client whose every call is about the catalogue of the account, whoever makes it.

    Source: the parameter CatalogId, which each of Glue's calls about databases, tables and partitions has.
    """

    def __init__(self, glue: Any, account: str) -> None:
        self._glue = glue
        self._account = account

    def __getattr__(self, name: str) -> Any:
        return partial(getattr(self._glue, name), CatalogId=self._account)

    def get_paginator(self, name: str) -> Any:
        """The pages of a call about that catalogue."""
        return _Pages(self._glue.get_paginator(name), self._account)


class _Pages:
    def __init__(self, pages: Any, account: str) -> None:
        self.paginate = partial(pages.paginate, CatalogId=account)
