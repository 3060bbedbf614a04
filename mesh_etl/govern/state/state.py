"""All facts of a mesh that decide who sees what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from mesh_etl.govern.state.entries import Cells, DatabaseEntry, Rights, Settings, Share, TableEntry
from mesh_etl.govern.state.resources import Columns, Database, Expression, Filter, Resource, Table


class GrantKey(NamedTuple):
    """Whom something is given on what; `account` is the one in whose Lake Formation that is written.

    `principal` is spelled as Lake Formation does: the ARN of a role, twelve digits for a whole account, the ARN of an
    organization, or IAM_ALLOWED_PRINCIPALS.
    """

    account: str
    principal: str
    resource: Resource


@dataclass(frozen=True)
class State:
    """What the accounts of a mesh hold, or are to hold; nothing in it is ever changed.

    `settings` is by account; `tags` has the allowed values of each LF-Tag by (account, key); `expressions` by (account,
    name). `assigned` has the tags that are set on a database, a table or one column (`Columns` with one name) itself,
    without what it inherits. `locations` has the registering role by (account, ARN of the place). `shares` is by
    (owner, receiver).
    """

    settings: Mapping[str, Settings] = field(default_factory=dict)
    tags: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    expressions: Mapping[tuple[str, str], Expression] = field(default_factory=dict)
    databases: Mapping[Database, DatabaseEntry] = field(default_factory=dict)
    tables: Mapping[Table, TableEntry] = field(default_factory=dict)
    assigned: Mapping[Database | Table | Columns, Mapping[str, str]] = field(default_factory=dict)
    filters: Mapping[Filter, Cells] = field(default_factory=dict)
    grants: Mapping[GrantKey, Rights] = field(default_factory=dict)
    locations: Mapping[tuple[str, str], str] = field(default_factory=dict)
    shares: Mapping[tuple[str, str], Share] = field(default_factory=dict)
