"""What is left in the quarantine once records have been read again: those that are still refused, and all others."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh_etl.quarantine.rows import Row
from mesh_etl.tables.entry import Quarantine, RefusedFile
from mesh_etl.tables.quarantine import Facts, Refused, durable, folder, private, read, schema

if TYPE_CHECKING:
    from mesh_etl.quarantine.feed import Feed
    from mesh_etl.run import Staged

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
    root = staged.plan.ledger.layout.root
    refused: dict[tuple[str, int], Facts] = {}
    made: list[Facts] = []
    for facts in chain.from_iterable(part for one in staged.quarantine.files for part in read(root, one.path)):
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
    if fresh := _written(staged, iter(_unknown(root, held, made))):
        files.append(fresh)
    quarantine = Quarantine(rows=sum(one.rows for one in files), files=tuple(files), gone=tuple(sorted(touched)))
    _remove(root, staged.quarantine.files)
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

    numbered = enumerate(chain.from_iterable(read(staged.plan.ledger.layout.root, file.path)))
    written = _written(staged, filter(None, (kept(index, facts) for index, facts in numbered)))
    return file.left(written.path, written.rows, written.bytes) if written else None


def _unknown(root: str, held: Sequence[Refused], made: list[Facts]) -> list[Facts]:
    """Those of the rows that the quarantine does not hold yet: every replay reads inputs that are looked up in."""
    if all(one["_file"] is None for one in made):
        return made
    known = {_place(one) for file in held for one in chain.from_iterable(read(root, file.path))}
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
    layout, count = staged.plan.ledger.layout, 0
    path = folder(layout, staged.txn) / f"part-{uuid.uuid4().hex}.parquet"
    private(path)
    with pq.ParquetWriter(path, schema(), compression="zstd") as writer:
        while part:
            writer.write_table(pa.Table.from_pylist(part, schema=schema()))
            count += len(part)
            part = list(islice(rows, _PART))
    durable(path)
    return RefusedFile(path=str(path.relative_to(layout.root)), rows=count, bytes=path.stat().st_size)


def _remove(root: str, files: Iterable[RefusedFile]) -> None:
    for one in files:
        (Path(root) / one.path).unlink()
