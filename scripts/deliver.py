"""Deliver what became of the demo's orders: a first load, then changes, then new orders.

    python scripts/deliver.py .mesh/raw 2      # deliveries 1 and 2 are there

writes <raw>/order_status/<n>.csv, made from <raw>/clean/orders.csv, and beside that folder `delivered.json` with what a
merge has to make of each delivery. A delivery that is there already stays as it is.

| delivery | of 20 orders                | what the table makes of the row                 |
|----------|-----------------------------|-------------------------------------------------|
| 1        | 18                          | inserted                                        |
| 2        | one has another status      | updated                                         |
|          | one is new                  | inserted                                        |
|          | of 20 such, one each        | deleted, late (older than the table), unchanged |
| 3        | one is new                  | inserted                                        |
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

HEADER = "order_key,customer_key,status,order_date,changed_at"
OTHER = {"O": "F", "F": "P", "P": "F"}
CANCELLED = "C"
EVERY = 20
SELDOM = EVERY * 20

Delivered = tuple[int, str, str]  # the delivery, what becomes of the row, and the row


def deliver(raw: Path, last: int) -> dict[str, dict[str, int]]:
    """The deliveries up to `last` lie in `raw`; returned are the rows of each, by what becomes of them."""
    folder, report = raw / "order_status", raw / "delivered.json"
    folder.mkdir(exist_ok=True)
    lines: dict[int, list[str]] = {number: [HEADER] for number in range(1, last + 1)}
    counts: dict[int, Counter[str]] = {number: Counter() for number in lines}
    for number, fate, line in _rows(raw / "clean" / "orders.csv"):
        if number <= last:
            lines[number].append(line)
            counts[number][fate] += 1
    for number, found in lines.items():
        path = folder / f"{number}.csv"
        if not path.exists():
            path.write_text("\n".join(found) + "\n")
    told = {str(number): dict(found) for number, found in counts.items()}
    report.write_text(json.dumps(told, indent=2) + "\n")
    return told


def _rows(orders: Path) -> Iterator[Delivered]:
    with orders.open(encoding="utf-8") as lines:
        next(lines)
        for index, line in enumerate(lines):
            order, customer, status, _, day, _ = line.split(",", 5)
            first = f"{day}T08:00:00Z"
            place = index % EVERY
            if place >= EVERY - 2:
                yield 2 if place == EVERY - 2 else 3, "inserted", f"{order},{customer},{status},{day},{first}"
                continue
            yield 1, "inserted", f"{order},{customer},{status},{day},{first}"
            later = "1999-01-01T09:00:00Z"
            if place == 0:
                yield 2, "updated", f"{order},{customer},{OTHER[status]},{day},{later}"
            elif index % SELDOM == 1:
                yield 2, "deleted", f"{order},{customer},{CANCELLED},{day},{later}"
            elif index % SELDOM == 2:
                yield 2, "late", f"{order},{customer},{OTHER[status]},{day},1991-01-01T00:00:00Z"
            elif index % SELDOM == 3:
                yield 2, "unchanged", f"{order},{customer},{status},{day},{first}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Deliver the first load of orders' status, and what came after it.")
    parser.add_argument("raw", type=Path)
    parser.add_argument("last", type=int, choices=(1, 2, 3), help="deliveries up to this one")
    arguments = parser.parse_args()
    told = deliver(arguments.raw, arguments.last)[str(arguments.last)]
    print(f"delivery {arguments.last}: " + ", ".join(f"{rows:,} to be {fate}" for fate, rows in told.items()))
