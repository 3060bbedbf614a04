"""A JSON service on the web."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from mesh_etl.config.model import Model
from mesh_etl.config.secret import SecretRef
from mesh_etl.sources.base import Opened, SourceContext, source
from mesh_etl.sources.files import ColumnSource
from mesh_etl.sources.text import ScalarOptions
from mesh_etl.sources.web.pages import Part, RestFetch, params_of
from mesh_etl.sources.web.paging import Paging, Single
from mesh_etl.sources.web.service import Manners

_TELLS = re.compile(
    r"auth(?!ors?$|or[_-])|cookie|token|secret|passw|credential|api[-_]?key|^key$|signature|^sig$", re.IGNORECASE
)
_FIELD = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_FIXED = {"host", "accept-encoding", "content-length", "transfer-encoding", "connection", "range"}


class Secret(SecretRef):
    """A secret, with the text that is sent before it, such as `Bearer `."""

    prefix: str = Field(
        default="", pattern=r"^[ -~]*$", description="What is sent before the secret, such as 'Bearer '."
    )


class Retries(Model):
    """What is done when the service does not answer, is busy (429) or fails (5xx)."""

    attempts: int = Field(default=5, ge=1, le=50, description="How often each page is asked for, the first included.")
    first_wait: float = Field(default=1.0, ge=0, description="Seconds before the second attempt; doubled each time.")
    longest_wait: float = Field(
        default=120.0, ge=0, description="The most seconds between attempts; a service that asks for more is given up."
    )


class RateLimit(Model):
    """How fast the service may be asked."""

    requests: int = Field(ge=1, le=100_000, description="The number of requests in a period, repeated ones included.")
    per_seconds: float = Field(gt=0, description="The length of the period in seconds.")


@source
class Rest(ScalarOptions, ColumnSource):
    """The records of a paged JSON service: every page complete, in order and once, or none at all.

    Failed requests are repeated (429, 5xx, broken connections); the service's Retry-After is honoured. Links and
    redirects to other hosts are refused, and a page that comes twice. Secrets are sent over TLS, or to this machine.

    source:
      type: rest
      url: https://api.example.org/v1/orders
      headers: {Authorization: {secret: env:ORDERS_TOKEN, prefix: "Bearer "}}
      params: {since: "2024-01-01"}
      records: data.items
      paging: {type: next_link, path: links.next}
      count_path: meta.total
    """

    type: Literal["rest"] = Field(default="rest", description="A JSON service on the web.")
    url: str = Field(description="The address of the first page.")
    headers: Mapping[str, str | Secret] = Field(
        default_factory=dict, description="Header fields: a text, or {secret: env:NAME, prefix: 'Bearer '}."
    )
    params: Mapping[str, str | int | bool | Secret] = Field(
        default_factory=dict, description="Parameters of the address: a value, or {secret: env:NAME}."
    )
    records: str = Field(
        default="", description="Where the array of records stands in a page, as in data.items; empty: it is the page."
    )
    paging: Paging = Field(default=Single(), description="How to ask for the next page.")
    count_path: str | None = Field(
        default=None, min_length=1, description="Where a page states the number of all records; held against what came."
    )
    max_pages: int = Field(default=10_000, ge=1, description="The most pages; more are an error.")
    retries: Retries = Field(default=Retries(), description="How failed requests are repeated.")
    rate_limit: RateLimit | None = Field(default=None, description="How fast to ask; default: page after page.")
    timeout: float = Field(default=60.0, gt=0, le=3600, description="The most seconds for one answer, whole.")
    drift: Literal["fail", "ignore"] = Field(
        default="fail", description="What to do with keys that the contract does not have: fail, or ignore them."
    )

    @field_validator("url")
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            port = parts.port
        except ValueError:
            raise ValueError("is no address") from None
        if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or not value.isascii():
            raise ValueError("write it as https://host/path")
        if parts.username is not None or parts.password is not None or parts.fragment:
            raise ValueError("has neither a user nor a #fragment: put secrets under headers or params")
        if any(sign <= " " or sign == "\x7f" for sign in value):
            raise ValueError("holds blanks or control characters")
        if any(_TELLS.search(name) for name in params_of(value)):
            raise ValueError("holds a secret by its name: put it under params as {secret: env:NAME}")
        return value

    @field_validator("headers")
    @classmethod
    def _are_fields(cls, value: Mapping[str, str | Secret]) -> Mapping[str, str | Secret]:
        for name, one in value.items():
            if not _FIELD.fullmatch(name) or name.lower() in _FIXED:
                raise ValueError(f"'{name}' is no header field that can be set")
            if isinstance(one, str) and not (one.isascii() and one.isprintable()):
                raise ValueError(f"'{name}' holds signs that no header field can")
        if len({name.lower() for name in value}) != len(value):
            raise ValueError("a header field stands there twice")
        return value

    @field_validator("headers", "params")
    @classmethod
    def _are_no_plain_secrets(cls, value: Mapping[str, object]) -> Mapping[str, object]:
        plain = sorted(name for name, one in value.items() if not isinstance(one, Secret) and _TELLS.search(name))
        if plain:
            raise ValueError(f"'{plain[0]}' is a secret by its name: write {{secret: env:NAME}}")
        return value

    @model_validator(mode="after")
    def _keeps_secrets(self) -> Self:
        parts = urlsplit(self.url)
        near = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if self._secrets() and parts.scheme == "http" and not near:
            raise ValueError("secrets are sent over https only")
        return self

    def _secrets(self) -> tuple[str, ...]:
        values = (*self.headers.values(), *self.params.values())
        return tuple(dict.fromkeys(one.secret for one in values if isinstance(one, Secret)))

    def open(self, context: SourceContext) -> Opened:
        from mesh_etl.kernels.json.reader import JsonReader

        schema, names = self.schema_of(context)
        reader = JsonReader(schema, names, self.drift == "ignore", self.rules(), "array", self.records)
        pace = (self.rate_limit.requests, self.rate_limit.per_seconds) if self.rate_limit else (None, 1.0)
        waits = self.retries
        fetch = RestFetch(
            self.url,
            tuple(_part(name, one) for name, one in self.headers.items()),
            tuple(_part(name, one) for name, one in self.params.items()),
            self.records,
            self.paging,
            self.count_path,
            self.max_pages,
            Manners(waits.attempts, waits.first_wait, waits.longest_wait, self.timeout, *pace),
        )
        return Opened((), reader, fetches=(fetch,), secrets=self._secrets())


def _part(name: str, value: str | int | bool | Secret) -> Part:
    if isinstance(value, Secret):
        return Part(name, value.prefix, value.secret)
    return Part(name, str(value).lower() if isinstance(value, bool) else str(value))
