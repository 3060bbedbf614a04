"""What is left in the quarantine once records have been read again: those that are still refused, and all others."""

from __future__ import annotations

import os
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from mesh_etl.quarantine.rows import Row
from mesh_etl.tables.entry import Quarantine, RefusedFile
from mesh_etl.tables.quarantine import Facts, Refused, read, schema

if TYPE_CHECKING:
    from mesh_etl.quarantine.feed import Feed
    from mesh_etl.run import Staged
    from mesh_etl.tables.ledger import Ledger

_PART = 8_192  # rows


@dataclass(frozen=True)
class Settled:
    """The staged replay with what it leaves of the quarantine; `changed` is false when it would leave all as it is.

    `still` counts the rows that are refused again, by rule.
    """

    staged: Staged
    refused: int
    still: Mapping[str, int]
    changed: bool


def settle(staged: Staged, feeds: Mapping[str, Feed], held: Sequence[Refused]) -> Settled:
    """The rows that were read again and not refused leave the quarantine; the files that held them are written anew.

    `held` are the files that the quarantine consists of.
    """
    ledger = staged.plan.ledger
    refused: dict[tuple[str, int], Facts] = {}
    made: list[Facts] = []
    for facts in chain.from_iterable(part for one in staged.quarantine.files for part in read(ledger, one.path)):
        feed = feeds.get(facts["_input"] or "")
        row = feed.rows.get(feed.key(facts)) if feed else None
        if row is None:
            made.append(facts)
        else:
            refused[row.held.path, row.index] = facts
    rows = [row for feed in feeds.values() for row in feed.rows.values()]
    touched: dict[str, set[int]] = {}
    for row in rows:
        touched.setdefault(row.held.path, set()).add(row.index)
    left = (_rewritten(staged, file, touched[file.path], refused) for file in held if file.path in touched)
    files = [one for one in left if one]
    if fresh := _written(staged, iter(_unknown(ledger, held, made))):
        files.append(fresh)
    quarantine = Quarantine(rows=sum(one.rows for one in files), files=tuple(files), gone=tuple(sorted(touched)))
    for one in staged.quarantine.files:
        ledger.storage.remove(ledger.layout.path(one.path))
    found = Counter(why["rule"] for facts in refused.values() for why in facts["_violations"])
    still = dict(found.most_common())
    counts = staged.counts
    gone = len(rows) - len(refused)
    changed = gone > 0 or counts.good > 0 or any(_differs(row, refused) for row in rows)
    return Settled(replace(staged, quarantine=quarantine), len(refused), still, changed)


def _differs(row: Row, refused: Mapping[tuple[str, int], Facts]) -> bool:
    """Whether the row is refused for other reasons than before, or by another version of the contract."""
    facts = refused[row.held.path, row.index]
    broken = {(why["rule"], why["column"]) for why in facts["_violations"]}
    return broken != set(row.broken) or facts["_contract_version"] != row.contract


def _rewritten(
    staged: Staged, file: Refused, fed: set[int], refused: Mapping[tuple[str, int], Facts]
) -> RefusedFile | None:
    """The file without the rows that have left; those that are refused again keep their origin and get new reasons."""

    def kept(index: int, facts: Facts) -> Facts | None:
        again = refused.get((file.path, index))
        if again is None:
            return None if index in fed else facts
        return facts | {name: again[name] for name in ("_violations", "_contract_version", "_run")}

    numbered = enumerate(chain.from_iterable(read(staged.plan.ledger, file.path)))
    written = _written(staged, filter(None, (kept(index, facts) for index, facts in numbered)))
    return file.left(written.path, written.rows, written.bytes) if written else None


def _unknown(ledger: Ledger, held: Sequence[Refused], made: list[Facts]) -> list[Facts]:
    """Those of the rows that the quarantine does not hold yet: every replay reads inputs that are looked up in."""
    if all(one["_file"] is None for one in made):
        return made
    known = {_place(one) for file in held for one in chain.from_iterable(read(ledger, file.path))}
    return [one for one in made if one["_file"] is None or _place(one) not in known]


def _place(facts: Facts) -> tuple[Any, ...]:
    return (facts["_input"], facts["_file"], facts["_start"], facts["_record"])


def _written(staged: Staged, rows: Iterator[Facts]) -> RefusedFile | None:
    """The rows in a file of the transaction's; None, and no file, where there are none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    part = list(islice(rows, _PART))
    if not part:
        return None
    ledger, count = staged.plan.ledger, 0
    path = f"{ledger.layout.quarantine(staged.txn)}/part-{uuid.uuid4().hex}.parquet"
    with ledger.storage.writing(path, private=True) as local:
        with pq.ParquetWriter(local, schema(), compression="zstd") as writer:
            while part:
                writer.write_table(pa.Table.from_pylist(part, schema=schema()))
                count += len(part)
                part = list(islice(rows, _PART))
        size = os.path.getsize(local)
    return RefusedFile(path=ledger.layout.relative(path), rows=count, bytes=size)
