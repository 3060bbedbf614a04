"""Tables and queries of databases."""

from __future__ import annotations

from os.path import isfile
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, field_validator, model_validator

from mesh_etl.config.model import Model
from mesh_etl.config.secret import SecretRef
from mesh_etl.errors import Fault, PlanError
from mesh_etl.sources.base import Opened, SourceContext, source
from mesh_etl.sources.databases import Access, Address, DatabaseFetch, Relation, Tls, Wanted
from mesh_etl.sources.databases import Partition as Parts
from mesh_etl.sources.databases.opening import lacking_driver
from mesh_etl.sources.databases.statement import predicate, query
from mesh_etl.sources.files import ColumnSource, Timezone

if TYPE_CHECKING:
    from mesh_etl.kernels.values.text_rules import TextRules

_NAME = r"[^.\x00-\x1f\"'`\\]+"


class Partition(Model):
    """A table read in parts by the values of one column; every row is in exactly one part, NULLs in the first."""

    column: str = Field(min_length=1, description="A column of numbers, dates or timestamps, best an indexed one.")
    parts: int = Field(ge=1, le=1000, description="The number of parts, and of files that they land in.")
    lower: str | None = Field(
        default=None,
        min_length=1,
        coerce_numbers_to_str=True,
        description="The value to cut from, as in 1 or '2024-01-01'; default: the smallest. Rows beyond it are read.",
    )
    upper: str | None = Field(
        default=None,
        min_length=1,
        coerce_numbers_to_str=True,
        description="The value to cut up to; default: the largest.",
    )
    connections: int = Field(
        default=4,
        ge=1,
        le=64,
        description="How many parts are read at the same time, in PostgreSQL; MariaDB and MySQL, whose sessions cannot "
        "share a snapshot, give one after another.",
    )


@source
class Jdbc(ColumnSource):
    """A table or a query of PostgreSQL, MariaDB or MySQL, read in one read-only snapshot.

    The run fetches the rows; planning needs no database. The columns that the database states are held against the
    contract before the first row, and the rows that have come against its own count.

    source:
      type: jdbc
      url: jdbc:postgresql://db.example.org:5432/shop
      table: sales.orders
      user: reader
      password: {secret: env:SHOP_PASSWORD}
      where: status <> 'draft'
      partition: {column: order_id, parts: 8}
    """

    type: Literal["jdbc"] = Field(default="jdbc", description="A database.")
    url: str = Field(description="The database: jdbc:postgresql://host:port/name, or mariadb, or mysql.")
    table: str | None = Field(
        default=None,
        pattern=rf"^{_NAME}(\.{_NAME})?$",
        description="The table or view, as name or schema.name, in the spelling of the database's catalogue.",
    )
    query: str | None = Field(default=None, min_length=1, description="Instead of a table: one SELECT.")
    where: str | None = Field(
        default=None, min_length=1, description="A condition on one row in the database's SQL; other rows are not sent."
    )
    partition: Partition | None = Field(default=None, description="How to read in parts; default: in one.")
    drift: Literal["fail", "ignore"] = Field(
        default="fail",
        description="What to do when the columns are not those of the contract: fail; or ignore what is more and read "
        "NULL for optional columns that lack.",
    )
    timezone: Timezone | None = Field(
        default=None, description="The zone of the clock in columns that tell none (timestamp, datetime)."
    )
    special_floats: Literal["reject", "allow"] = Field(
        default="reject", description="What to do with NaN and the infinities in columns of floats."
    )
    unicode: Literal["nfc", "any"] = Field(
        default="nfc", description="Whether text must be in Unicode's normal form C; any takes it as it is."
    )
    control: Literal["reject", "allow"] = Field(
        default="reject", description="What to do with text that holds control characters other than tab and line ends."
    )
    user: str = Field(min_length=1, description="The user, who needs no more than SELECT.")
    password: SecretRef | None = Field(default=None, description="Where the password is: `{secret: env:NAME}`.")
    tls: Tls = Field(
        default="prefer",
        description="Encryption: where offered (prefer), required, or with the server's name verified.",
    )
    tls_ca: str | None = Field(
        default=None,
        min_length=1,
        description="With verify: the PEM file of the authorities to trust; default: the system's.",
    )
    fetch_mb: int = Field(
        default=16, ge=1, le=512, description="How much of a result is held in memory at once, in MB."
    )
    connect_timeout: int = Field(default=10, ge=1, le=600, description="Seconds to wait for a connection.")
    timeout: int = Field(default=3600, ge=1, le=86_400, description="Seconds after which a statement is given up.")

    @field_validator("url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        Address.parse(value)
        return value

    @model_validator(mode="after")
    def _is_clear(self) -> Self:
        if (self.table is None) == (self.query is None):
            raise ValueError("state either table or query")
        if self.tls_ca and self.tls != "verify":
            raise ValueError("tls_ca is of use with tls: verify alone")
        for key, check, text in (("where", predicate, self.where), ("query", query, self.query)):
            try:
                check(text, self._address.scheme) if text else None
            except ValueError as error:
                raise ValueError(f"{key} {error}") from None
        return self

    @property
    def _address(self) -> Address:
        return Address.parse(self.url)

    def open(self, context: SourceContext) -> Opened:
        from mesh_etl.kernels.text.cells import CellsReader

        if fault := lacking_driver(self._address, context.where("url")):
            raise PlanError(fault)
        authorities = str(context.root / self.tls_ca) if self.tls_ca else None
        if authorities and not isfile(authorities):
            problem, fix = "the file with the authorities is not there", "check the path; it is relative to the project"
            raise PlanError(Fault("TLS_CA_MISSING", problem, context.where("tls_ca"), fix))
        schema, names = self.schema_of(context)
        required = context.required if context.schema is not None else frozenset(field.name for field in schema)
        fetch = DatabaseFetch(
            self._access(authorities),
            Relation(table=tuple(self.table.split("."))) if self.table else Relation(query=self._query()),
            Wanted(schema, names, required, self.drift == "ignore", self.timezone is not None),
            predicate(self.where, self._address.scheme) if self.where else "",
            self._parts(),
            self.fetch_mb << 20,
        )
        secrets = (self.password.secret,) if self.password else ()
        return Opened((), CellsReader(schema, self._rules()), fetches=(fetch,), secrets=secrets)

    def _access(self, authorities: str | None) -> Access:
        password = self.password.secret if self.password else None
        return Access(self._address, self.user, password, self.connect_timeout, self.timeout, self.tls, authorities)

    def _query(self) -> str:
        return query(self.query or "", self._address.scheme)

    def _parts(self) -> Parts | None:
        cut = self.partition
        return Parts(cut.column, cut.parts, cut.lower, cut.upper, cut.connections) if cut else None

    def _rules(self) -> TextRules:
        from mesh_etl.kernels.values.text_rules import Numerals, TextRules

        special = self.special_floats == "allow"
        numbers = (
            Numerals(nan=("NaN",), infinity=("Infinity",), negative_infinity=("-Infinity",)) if special else Numerals()
        )
        return TextRules(
            timezone=self.timezone,
            numbers=numbers,
            binary="hex",
            nfc=self.unicode == "nfc",
            control=self.control == "allow",
        )
