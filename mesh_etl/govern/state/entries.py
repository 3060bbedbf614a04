"""What a state says about each thing that it names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from mesh_etl.govern.state.resources import Database, Table

# As Lake Formation spells them. ALL is never asked for by this library, and recognized where others gave it.
Right = Literal[
    "ALL", "SELECT", "ALTER", "DROP", "DELETE", "INSERT", "DESCRIBE", "CREATE_DATABASE", "CREATE_TABLE",
    "DATA_LOCATION_ACCESS", "CREATE_LF_TAG", "ASSOCIATE", "GRANT_WITH_LF_TAG_EXPRESSION", "CREATE_LF_TAG_EXPRESSION",
]  # fmt: skip
# Parameters of a view that stands in for a product before an audience: which product, and what of it is masked.
VIEW_OF, MASKED = "mesh_etl.view_of", "mesh_etl.masked"


@dataclass(frozen=True, slots=True)
class Rights:
    """What a principal may do with a resource, and which of it the principal may give to others."""

    permissions: frozenset[str]
    grantable: frozenset[str] = frozenset()

    def __or__(self, other: Rights) -> Rights:
        return Rights(self.permissions | other.permissions, self.grantable | other.grantable)


@dataclass(frozen=True, slots=True)
class Settings:
    """The data lake settings of an account; `open_*` is whether new entries are given to IAMAllowedPrincipals.

    `full_table_access` is whether engines outside of AWS's services are given credentials for the files of a table, for
    roles that are shown all of it.
    """

    admins: frozenset[str] = frozenset()
    cross_account_version: int = 1
    open_databases: bool = True
    open_tables: bool = True
    full_table_access: bool = False


@dataclass(frozen=True, slots=True)
class DatabaseEntry:
    """A database; `target` is what a resource link points to."""

    description: str = ""
    target: Database | None = None
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TableEntry:
    """A table with its columns, those of partition keys last; `target` is what a resource link points to.

    `parameters` are those that tie the table to its contract; `definition` is the SQL of a view. `types` are the Glue
    types of the columns and `partition_keys` how many of the last ones are keys, `description` and the `comments` by
    column are what people read: for whoever makes the entry, since who may see it does not depend on them.
    """

    columns: tuple[str, ...] = ()
    kind: Literal["table", "view", "link"] = "table"
    target: Table | None = None
    location: str = ""
    definition: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    types: tuple[str, ...] = field(default=(), compare=False)
    partition_keys: int = field(default=0, compare=False)
    description: str = field(default="", compare=False)
    comments: tuple[tuple[str, str], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Cells:
    """The part of a table that a data cells filter shows.

    `rows` is a condition on the rows, empty for all of them. `columns` are those that are shown; None stands for all
    but `excluded`, which lets later columns through: this library always names columns.
    """

    rows: str = ""
    columns: tuple[str, ...] | None = None
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """How far the sharing of one account's catalogue with another has come, as RAM says."""

    status: Literal["PENDING", "ACTIVE", "EXPIRED", "REJECTED"]
    invitation: str = field(default="", compare=False)
