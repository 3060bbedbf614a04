"""Who can see what in a large mesh: the matrix of all principals and tables, and one explanation."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from typing import Any

from page import machine, table, verdict, write_section

from mesh_etl.govern.evaluate import Evaluator
from mesh_etl.govern.evaluate.explain import reasons
from mesh_etl.govern.evaluate.matrix import Square, matrix
from mesh_etl.govern.evaluate.wording import Plain
from mesh_etl.govern.state import (
    Cells,
    Columns,
    Database,
    DatabaseEntry,
    Filter,
    GrantKey,
    Rights,
    Share,
    State,
    Table,
    TableEntry,
    Tagged,
    expression,
)

CENTRAL, DOMAINS, CONSUMERS = "100000000000", 20, 60
TABLES, COLUMNS, PERSONAS, RULES = 1_000, 50, 140, 300
LEVELS = ("public", "internal", "confidential", "personal")
BOUND = 10.0  # seconds
SEED = 11
READ = Rights(frozenset({"SELECT", "DESCRIBE"}))


def mesh(draw: random.Random, rules_each: int | None) -> State:
    """A mesh; `rules_each` gives every principal that many of the tag rules, None spreads them over all of them."""
    databases = [Database(CENTRAL, f"mesh_d{number}") for number in range(DOMAINS)]
    tables = [Table(CENTRAL, databases[number % DOMAINS].name, f"t{number}") for number in range(TABLES)]
    names = tuple(f"c{number}" for number in range(COLUMNS))
    accounts = [f"{200000000000 + number}" for number in range(DOMAINS + CONSUMERS)]
    people = [(accounts[n % DOMAINS], f"p{n}") for n in range(PERSONAS)]
    people += [(accounts[DOMAINS + n], f"c{n}") for n in range(CONSUMERS)]
    roles = [(account, f"arn:aws:iam::{account}:role/{name}") for account, name in people]
    topics = draw.choices(({}, {"topic": ["a"]}, {"topic": ["a", "b"]}), k=RULES)
    levels = [draw.sample(LEVELS, draw.randint(1, 3)) for _ in topics]
    rules = [
        expression({"level": level, "domain": [f"d{draw.randrange(DOMAINS)}"], **more})
        for level, more in zip(levels, topics, strict=True)
    ]
    links = {Database(account, one.name): DatabaseEntry(target=one) for account in accounts for one in databases}
    sees = {
        GrantKey(account, role, Database(account, one.name)): Rights(frozenset({"DESCRIBE"}))
        for account, role in roles
        for one in databases
    }
    filters = {Filter(one, "f"): Cells("region = 'EU'", names[:20]) for one in tables}
    return State(
        databases={**{one: DatabaseEntry() for one in databases}, **links},
        tables={one: TableEntry(names) for one in tables},
        assigned=dict(_assigned(draw, databases, tables, names)),
        filters=filters,
        grants={**sees, **dict(_granted(draw, roles, tables, filters, rules, rules_each))},
        shares={(CENTRAL, account): Share("ACTIVE") for account in accounts},
    )


def _assigned(
    draw: random.Random, databases: list[Database], tables: list[Table], names: tuple[str, ...]
) -> Iterator[tuple[Database | Table | Columns, dict[str, str]]]:
    for number, database in enumerate(databases):
        yield database, {"level": "personal", "domain": f"d{number}"}
    for one in tables:
        yield one, {"topic": draw.choice("abc")}
        for name in names:
            yield Columns(one, (name,)), {"level": draw.choice(LEVELS)}


def _granted(
    draw: random.Random,
    roles: list[tuple[str, str]],
    tables: list[Table],
    filters: dict[Filter, Cells],
    rules: list[tuple[tuple[str, tuple[str, ...]], ...]],
    rules_each: int | None,
) -> Iterator[tuple[GrantKey, Rights]]:
    for number, (account, role) in enumerate(roles):
        for rule in draw.sample(rules, rules_each) if rules_each else rules[number :: len(roles)]:
            tagged = Tagged(CENTRAL, "TABLE", rule)
            if number % 3:  # straight to the role, or by its account
                yield GrantKey(CENTRAL, role, tagged), READ
            else:
                yield GrantKey(CENTRAL, account, tagged), Rights(READ.permissions, READ.permissions)
                yield GrantKey(account, role, tagged), READ
        for one in tables[number % DOMAINS :: DOMAINS] if number < PERSONAS else ():
            yield GrantKey(CENTRAL, role, one), Rights(READ.permissions | {"INSERT", "ALTER"})
        for resource in draw.sample(list(filters), 10):
            yield GrantKey(CENTRAL, role, resource), READ


class Stopwatch:
    """Wall and CPU seconds of each step, run by run."""

    def __init__(self) -> None:
        self.taken: dict[str, list[tuple[float, float]]] = {}

    def take(self, name: str, work: Callable[[], Any]) -> Any:
        """What the work gives; how long it took is kept under the name."""
        wall, cpu = time.perf_counter(), time.process_time()
        made = work()
        self.taken.setdefault(name, []).append((time.perf_counter() - wall, time.process_time() - cpu))
        return made

    def medians(self, name: str) -> tuple[float, float]:
        """The median of the wall seconds, and that of the CPU seconds."""
        walls, cpus = zip(*self.taken[name], strict=True)
        return median(walls), median(cpus)


def measured(state: State, runs: int) -> tuple[Stopwatch, int]:
    """How long the steps took, and how many pairs see something."""
    watch, seen = Stopwatch(), 0
    for _ in range(runs):
        evaluator = watch.take("prepare", lambda: Evaluator(state))
        people, tables = evaluator.principals(), list(state.tables)
        found = watch.take("matrix", partial(_matrix, evaluator, people, tables))
        seen = sum(one.verdict != "denied" for one in found)
        one = next(one for one in found if one.verdict == "partly")
        watch.take("explain", partial(_explained, state, one.principal, one.table))
    return watch, seen


def _matrix(evaluator: Evaluator, people: list[str], tables: list[Table]) -> list[Square]:
    return list(matrix(evaluator, people, tables, {}))


def _explained(state: State, principal: str, of: Table) -> None:
    evaluator = Evaluator(state)
    reasons(evaluator, evaluator.access(principal, of), Plain())


def section(runs: int) -> str:
    """What was measured, as a section of the page."""
    rows, verdicts = [], []
    for title, rules_each in ((f"{RULES} tag rules", None), ("30 of them for each principal", 30)):
        state = mesh(random.Random(SEED), rules_each)
        watch, seen = measured(state, runs)
        taken = {name: watch.medians(name) for name in watch.taken}
        rows.append((title, f"{len(state.grants):,}", f"{seen:,}", *(f"{w:.2f} ({c:.2f})" for w, c in taken.values())))
        if rules_each is None:
            wall, cpu = (taken["prepare"][at] + taken["matrix"][at] for at in (0, 1))
            verdicts.append(verdict(f"matrix with {title}, against {BOUND:.0f} s", wall / BOUND, 1))
            verdicts.append(verdict(f"matrix with {title}, against {BOUND:.0f} CPU seconds", cpu / BOUND, 1))
    people = PERSONAS + CONSUMERS
    told = "\n".join(verdicts)
    return f"""
## Access: who can see what

`scripts/bench access --runs {runs}`: {TABLES:,} tables of {COLUMNS} columns that are tagged one by one, {people}
principals of {DOMAINS + CONSUMERS} accounts, a third of whom have what they have by their account. Seconds of wall
time, and CPU seconds in brackets, in one process: *prepare* indexes the state, *matrix* answers for each principal and
each account with each table, *explain* prepares anew and says why one of them sees a part of one table.
{machine()}.

{table(("", "grants", "pairs that see something", "prepare", "matrix", "explain"), rows)}

{told}
"""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    write_section("access", section(parser.parse_args().runs))
