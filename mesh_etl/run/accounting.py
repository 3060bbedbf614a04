"""What became of every row, per input file and in all, from the counts that the tasks kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mesh_etl.stores.address import recorded
from mesh_etl.tables.entry import Counts, Input

if TYPE_CHECKING:
    from mesh_etl.plan import Plan
    from mesh_etl.run.frames import Written

NOWHERE = -1  # the "item" of rows that a transform made


@dataclass(frozen=True)
class Accounting:
    """The counts in all and per input; `unbalanced` names the inputs whose rows do not add up."""

    totals: Counts
    inputs: tuple[Input, ...]
    dropped: dict[str, int]
    unbalanced: tuple[str, ...]


def counted(
    plan: Plan, manifests: Sequence[dict[str, Any]], parsed: Sequence[dict[str, Any]], written: Written | None
) -> Accounting:
    """The accounting of a run.

    `manifests` come from the tasks that wrote, `parsed` from those that parsed (the same ones, where rows never went
    through an engine). Rows of inputs that are only looked up in are listed and not added to the totals.
    """
    # A file without rows has no counts.
    before = {item.number: Counter[str]() for item in plan.items} | _by_item(parsed)
    after = before if written is None else _by_item(manifests)
    for item, fates in (written.dropped if written else {}).items():
        after.setdefault(item, Counter()).update({f"fate:{fate}": rows for fate, rows in fates.items()})
    consumed = _consumed(plan, before, after, written)
    inputs = _inputs(plan, before, after, same=written is None)
    primary = [one for one in inputs if not one.reference]
    dropped = _sum([one.dropped for one in primary] + [_fates(after.get(NOWHERE, Counter()))])
    made = after.get(NOWHERE, Counter())
    totals = Counts(
        read=sum(one.read for one in primary),
        good=sum(one.good for one in primary) + made["good"],
        quarantined=sum(one.rejected for one in primary) + made["rejected"],
        deduplicated=sum(rows for rule, rows in dropped.items() if rule.startswith("dedupe[")),
        filtered=sum(rows for rule, rows in dropped.items() if not rule.startswith("dedupe[")),
        consumed=sum(consumed.values()),
        made=made["good"] + made["rejected"] + sum(_fates(made).values()) + consumed.get(NOWHERE, 0),
    )
    names = {item.number: item.file.path for item in plan.items if item.input in plan.primary}
    unbalanced = {
        path
        for number, path in names.items()
        if not _balanced(before[number], after.get(number, Counter()), consumed.get(number, 0), written is None)
    }
    return Accounting(totals, inputs, dropped, tuple(sorted(unbalanced)))


def _balanced(before: Counter[str], after: Counter[str], consumed: int, same: bool) -> bool:
    rejected = before["rejected"] if same else before["rejected"] + after["rejected"]
    return before["read"] == rejected + after["good"] + sum(_fates(after).values()) + consumed


def _by_item(manifests: Iterable[dict[str, Any]]) -> dict[int, Counter[str]]:
    found: dict[int, Counter[str]] = {}
    for manifest in manifests:
        for item, counts in manifest["counts"].items():
            found.setdefault(int(item), Counter()).update(counts)
    return found


def _consumed(
    plan: Plan, before: dict[int, Counter[str]], after: dict[int, Counter[str]], written: Written | None
) -> dict[int, int]:
    """The rows that a barrier took in, by item: counted where rows had been dropped before it, else all that parsed."""
    if written is None or not written.barrier:
        return {}
    found = dict(written.consumed)
    for item in plan.items:
        if item.input == "source" and written.counted:
            found.setdefault(item.number, 0)
        elif item.input in plan.primary:
            found[item.number] = before[item.number]["read"] - before[item.number]["rejected"]
    return found


def _inputs(
    plan: Plan, before: dict[int, Counter[str]], after: dict[int, Counter[str]], same: bool
) -> tuple[Input, ...]:
    first: dict[tuple[str, str], Counter[str]] = {}
    last: dict[tuple[str, str], Counter[str]] = {}
    for item in plan.items:
        file = (item.input, item.file.path)
        first.setdefault(file, Counter()).update(before.get(item.number, {}))
        last.setdefault(file, Counter()).update(after.get(item.number, {}))
    nothing: Counter[str] = Counter()
    root = plan.job.project.root
    inputs = []
    for name, opened in plan.inputs.items():
        for pinned in opened.files:
            parsed, written = first.get((name, pinned.path), nothing), last.get((name, pinned.path), nothing)
            inputs.append(
                Input(
                    name=name,
                    path=recorded(pinned.path, root),
                    size=pinned.size,
                    version=pinned.version,
                    read=parsed["read"],
                    rejected=parsed["rejected"] if same else parsed["rejected"] + written["rejected"],
                    dropped=_fates(written),
                    ignored=parsed["ignored"],
                    comments=parsed["comments"],
                    good=written["good"],
                    reference=name not in plan.primary,
                )
            )
    return tuple(inputs)


def _fates(counts: Counter[str]) -> dict[str, int]:
    return {what.removeprefix("fate:"): rows for what, rows in counts.items() if what.startswith("fate:")}


def _sum(parts: Iterable[dict[str, int] | Any]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return dict(total)
