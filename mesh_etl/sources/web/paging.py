"""How a service hands out more records than one answer holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from pydantic import Field

from mesh_etl.config.model import Model
from mesh_etl.sources.web.envelope import Envelope

_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w!#$&+.^`|~*-]+(?:\s*=\s*(?:\"[^\"]*\"|[^\s,;\"]*))?)*)")
_NEXT = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s,;\"]*))", re.IGNORECASE)


@dataclass(frozen=True)
class Page:
    """A page that has come: its number from 1, where it came from, its envelope and Link field, and how many records
    it and all pages so far hold; `total` is how many there are, where the service says so."""

    number: int
    url: str
    envelope: Envelope
    link: str
    records: int
    so_far: int
    total: int | None


class Pages(Model):
    """The base of all ways to ask for pages."""

    type: str

    def first(self, url: str) -> str:
        """The address of the first page."""
        return url

    def following(self, first: str, page: Page) -> str | None:
        """The address of the page after this one, None after the last."""
        raise TypeError(f"{type(self).__name__} knows no next page")


class Single(Pages):
    """One answer holds all records."""

    type: Literal["single"] = "single"

    def following(self, first: str, page: Page) -> str | None:
        return None


class NextLink(Pages):
    """Each page tells where the next one is, in its body or in a Link field of its header."""

    type: Literal["next_link"] = "next_link"
    path: str | None = Field(
        default=None, description="Where the address stands in a page, as in links.next; default: the Link header."
    )

    def following(self, first: str, page: Page) -> str | None:
        target = page.envelope.text(self.path) if self.path is not None else next_of(page.link)
        return joined(page.url, target) if target else None


class Cursor(Pages):
    """Each page holds a text that asks for the next one."""

    type: Literal["cursor"] = "cursor"
    param: str = Field(description="The parameter that takes the text.")
    path: str = Field(description="Where the text stands in a page, as in meta.cursor; null after the last page.")

    def following(self, first: str, page: Page) -> str | None:
        cursor = page.envelope.text(self.path)
        return with_params(first, {self.param: cursor}) if cursor else None


class Offset(Pages):
    """Pages are asked for by the number of records before them, until one is empty or all records are there."""

    type: Literal["offset"] = "offset"
    param: str = Field(default="offset", description="The parameter that takes the number of records before the page.")
    limit_param: str = Field(default="limit", description="The parameter that takes the size of a page.")
    limit: int = Field(default=100, ge=1, description="The size of a page; the service may send smaller ones.")

    def first(self, url: str) -> str:
        return with_params(url, {self.param: "0", self.limit_param: str(self.limit)})

    def following(self, first: str, page: Page) -> str | None:
        return None if _ends(page) else with_params(first, {self.param: str(page.so_far)})


class Numbered(Pages):
    """Pages are asked for by their number, until one is empty or all records are there."""

    type: Literal["page"] = "page"
    param: str = Field(default="page", description="The parameter that takes the number of the page.")
    first_page: int = Field(default=1, ge=0, description="The number of the first page.")

    def first(self, url: str) -> str:
        return with_params(url, {self.param: str(self.first_page)})

    def following(self, first: str, page: Page) -> str | None:
        return None if _ends(page) else with_params(first, {self.param: str(self.first_page + page.number)})


Paging = Annotated[Single | NextLink | Cursor | Offset | Numbered, Field(discriminator="type")]


def _ends(page: Page) -> bool:
    # A page that is shorter than was asked for proves nothing: services cap the size without a word.
    return page.records == 0 or (page.total is not None and page.so_far >= page.total)


def next_of(link: str) -> str | None:
    """The target with rel=next in a Link field. Source: RFC 8288."""
    for target, params in _LINK.findall(link):
        relation = _NEXT.search(params)
        if relation and "next" in (relation[1] or relation[2] or "").lower().split():
            return str(target)
    return None


def joined(url: str, target: str) -> str:
    """The address that a link on the page at `url` means; one that is none stays as it is."""
    try:
        return urljoin(url, target)
    except ValueError:
        return target


def with_params(url: str, params: dict[str, str]) -> str:
    """The address with these parameters, which take the place of those of the same names."""
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in params]
    return urlunsplit(parts._replace(query=urlencode([*kept, *params.items()], quote_via=quote), fragment=""))
