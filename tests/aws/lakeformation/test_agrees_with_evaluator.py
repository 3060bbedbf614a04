"""Two readings of the same documentation agree: what the embedded Lake Formation gives, and what the evaluator says.

Tags, filters and grants are drawn and made through the clients. What was accepted is noted as a state, and each role
is asked about twice: which columns it may select by the catalogue, and by the state.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_etl.embedded_aws import FILE
from mesh_etl.embedded_aws.lakeformation import rights
from mesh_etl.embedded_aws.operations import Call
from mesh_etl.embedded_aws.store import Store
from mesh_etl.govern import state as facts
from mesh_etl.govern.evaluate import Evaluator
from mesh_etl.govern.state import wire

CENTRE, SHOP = "111111111111", "222222222222"
NAMES = ("id", "email", "region", "paid")
COLUMNS = (*NAMES, "lines", "year")
ORDERS = facts.Table(CENTRE, "sales", "orders")
LEVELS, DOMAINS = ("public", "internal", "secret"), ("sales", "customer")
HERE, THERE = f"arn:aws:iam::{CENTRE}:role/analyst", f"arn:aws:iam::{SHOP}:role/analyst"

some_columns = st.lists(st.sampled_from(NAMES), min_size=1, unique=True).map(lambda names: tuple(sorted(names)))
levels = st.lists(st.sampled_from(LEVELS), min_size=1, unique=True)
domains = st.lists(st.sampled_from(DOMAINS), min_size=1, unique=True)
expressions = st.one_of(
    levels.map(lambda values: facts.expression({"level": values})),
    domains.map(lambda values: facts.expression({"domain": values})),
    st.tuples(levels, domains).map(lambda both: facts.expression({"level": both[0], "domain": both[1]})),
)
resources = st.one_of(
    st.just(ORDERS),
    st.just(facts.AllTables(CENTRE, "sales")),
    some_columns.map(lambda names: facts.Columns(ORDERS, names)),
    some_columns.map(lambda names: facts.ColumnsBut(ORDERS, names)),
    expressions.map(lambda keys: facts.Tagged(CENTRE, "TABLE", keys)),
    expressions.map(lambda keys: facts.Tagged(CENTRE, "DATABASE", keys)),
    st.just(facts.Tagged(CENTRE, "TABLE", saved="saved")),
    st.sampled_from(("f0", "f1")).map(lambda name: facts.Filter(ORDERS, name)),
)
asked = st.lists(
    st.sampled_from(("SELECT", "SELECT", "DESCRIBE", "INSERT", "ALL")), min_size=1, max_size=2, unique=True
)
direct = st.tuples(st.sampled_from((HERE, THERE)), resources, asked, st.booleans())
handed = st.tuples(resources, asked, resources, asked)  # to an account as a whole, and by that account to its role
tagged = st.tuples(
    st.one_of(
        st.just(facts.Database(CENTRE, "sales")), st.just(ORDERS), some_columns.map(lambda n: facts.Columns(ORDERS, n))
    ),
    st.one_of(
        st.sampled_from(LEVELS).map(lambda value: ("level", value)),
        st.sampled_from(DOMAINS).map(lambda value: ("domain", value)),
    ),
)
cells = st.tuples(
    st.sampled_from(("", "id > 1")), st.one_of(st.tuples(some_columns, st.just(())), st.tuples(st.none(), some_columns))
).map(lambda drawn: facts.Cells(drawn[0], drawn[1][0], drawn[1][1]))


@dataclass
class Both:
    """The accounts and the state, to which each change that the accounts accept is written as well."""

    lake: Any
    filters: dict[facts.Filter, facts.Cells] = field(default_factory=dict)
    assigned: dict[Any, dict[str, str]] = field(default_factory=dict)
    grants: dict[facts.GrantKey, facts.Rights] = field(default_factory=dict)
    saved: facts.Expression = ()

    def save(self, keys: facts.Expression) -> None:
        self.lake.create_lf_tag_expression(Name="saved", Expression=wire.spelled(keys))
        self.saved = keys

    def cut(self, name: str, cells: facts.Cells) -> None:
        rows = {"FilterExpression": cells.rows} if cells.rows else {"AllRowsWildcard": {}}
        what: dict[str, Any] = {"ColumnNames": list(cells.columns)} if cells.columns else {}
        wild = {"ColumnWildcard": {"ExcludedColumnNames": list(cells.excluded)}} if not cells.columns else {}
        place = {"TableCatalogId": CENTRE, "DatabaseName": "sales", "TableName": "orders", "Name": name}
        self.lake.create_data_cells_filter(TableData={**place, "RowFilter": rows, **what, **wild})
        self.filters[facts.Filter(ORDERS, name)] = cells

    def tag(self, thing: Any, key: str, value: str) -> None:
        self.lake.tag(wire.request(thing), **{key: value})
        parts = (
            [facts.Columns(ORDERS, (name,)) for name in thing.names] if isinstance(thing, facts.Columns) else [thing]
        )
        for part in parts:
            self.assigned.setdefault(part, {})[key] = value

    def grant(self, account: str, principal: str, resource: Any, permissions: list[str], option: bool) -> None:
        by = self.lake.client("centre" if account == CENTRE else "shop", "admin")
        given = tuple(permissions) if option else ()
        try:
            self.lake.grant(principal, wire.request(resource), *permissions, option=given, by=by)
        except ClientError:
            return
        key = facts.GrantKey(account, principal, resource)
        more = facts.Rights(frozenset(permissions), frozenset(given))
        self.grants[key] = self.grants.get(key, facts.Rights(frozenset())) | more

    def revoke(self, key: facts.GrantKey) -> None:
        rights = self.grants.pop(key)
        by = self.lake.client("centre" if key.account == CENTRE else "shop", "admin")
        self.lake.revoke(key.principal, wire.request(key.resource), *sorted(rights.permissions), by=by)

    def state(self, joined: bool) -> facts.State:
        known = facts.Settings(cross_account_version=3, open_databases=False, open_tables=False)
        return facts.State(
            settings={CENTRE: known, SHOP: known},
            tags={(CENTRE, "level"): LEVELS, (CENTRE, "domain"): DOMAINS},
            expressions={(CENTRE, "saved"): self.saved},
            databases={facts.Database(CENTRE, "sales"): facts.DatabaseEntry()},
            tables={ORDERS: facts.TableEntry(COLUMNS)},
            assigned=self.assigned,
            filters=self.filters,
            grants=self.grants,
            shares={(CENTRE, SHOP): facts.Share("ACTIVE" if joined else "PENDING")},
        )

    def selected(self, principal: str) -> set[str]:
        home = self.lake.accounts.home
        with Store(home / FILE).reading() as sql:
            call = Call({}, f"{CENTRE}/eu-west-1", CENTRE, "eu-west-1", principal, sql, 0.0)
            return rights.selected(call, CENTRE, "sales", "orders")


@pytest.fixture
def afresh(lake: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Both]:
    """A function that puts the accounts back to where each example begins."""
    lake.settle("shop")
    kept = tmp_path_factory.mktemp("kept") / FILE
    shutil.copy(lake.accounts.home / FILE, kept)

    def begin() -> Both:
        shutil.copy(kept, Path(lake.accounts.home) / FILE)
        return Both(lake)

    return begin


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(tagged, max_size=5),
    st.tuples(cells, cells),
    expressions,
    st.lists(direct, max_size=3),
    st.lists(handed, max_size=3),
    st.booleans(),
    st.integers(0, 5),
)
def test_who_may_select_which_columns(
    afresh: Callable[[], Both],
    tags: list[Any],
    filters: tuple[facts.Cells, facts.Cells],
    saved: facts.Expression,
    direct: list[Any],
    handed: list[Any],
    joined: bool,
    revoked: int,
) -> None:
    both = afresh()
    both.save(saved)
    for number, one in enumerate(filters):
        both.cut(f"f{number}", one)
    for thing, (key, value) in tags:
        both.tag(thing, key, value)
    for principal, resource, permissions, option in direct:
        both.grant(CENTRE, principal, resource, permissions, option)
    for resource, permissions, _, _ in handed:
        both.grant(CENTRE, SHOP, resource, permissions, option=True)
    if joined:
        both.lake.accept("shop")
    for _, _, resource, permissions in handed:
        both.grant(SHOP, THERE, resource, permissions, option=False)
    if revoked < len(both.grants):
        both.revoke(list(both.grants)[revoked])
    state = both.state(joined)
    for principal in (HERE, THERE):
        said = Evaluator(state).access(principal, ORDERS)
        assert both.selected(principal) == set().union(*(portion.columns for portion in said.given))


def test_the_two_would_be_found_to_differ(afresh: Callable[[], Both]) -> None:
    both = afresh()
    both.grant(CENTRE, HERE, facts.Columns(ORDERS, ("id",)), ["SELECT"], option=False)
    state = both.state(joined=True)
    key = facts.GrantKey(CENTRE, HERE, facts.Columns(ORDERS, ("email",)))
    other = replace(state, grants={key: facts.Rights(frozenset({"SELECT"}))})
    assert both.selected(HERE) == {"id"}
    assert set().union(*(portion.columns for portion in Evaluator(other).access(HERE, ORDERS).given)) == {"email"}
