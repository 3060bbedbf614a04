"""Orders for the contract benchmark: so many rows of ten columns, with faults at known rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as pq
from contestants import BENCH

CHUNK = 500_000
SEED = 42
# One row of so many has this fault.
PERIODS = {"no customer": 2_021, "country": 1_009, "status": 4_801, "email": 997, "amount": 5_003, "repeated": 10_007}
COUNTRIES = np.array(["AT", "BE", "CH", "CZ", "DE", "DK", "ES", "FI", "FR", "GB", "IE", "IT", "NL", "NO", "PL", "PT"])
STATUSES = np.array(["open", "paid", "shipped", "delivered", "returned"])
SCHEMA = pa.schema(
    [
        ("order_id", pa.int64()),
        ("line_no", pa.int32()),
        ("customer_id", pa.int64()),
        ("country", pa.string()),
        ("status", pa.string()),
        ("email", pa.string()),
        ("sku", pa.string()),
        ("quantity", pa.int32()),
        ("amount", pa.decimal128(12, 2)),
        ("ts", pa.timestamp("us")),
    ]
)


def orders(rows: int, kind: str) -> Path:
    """orders.csv or orders.parquet of that many rows; made once."""
    file = BENCH / f"orders-{rows}.{kind}"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        making = file.with_name(file.name + ".part")
        if kind == "csv":
            written = SCHEMA.set(SCHEMA.get_field_index("ts"), pa.field("ts", pa.timestamp("s")))
            with csv.CSVWriter(making, written, write_options=csv.WriteOptions(quoting_style="none")) as text:
                for batch in _batches(rows):
                    text.write_batch(batch.cast(written))
        else:
            with pq.ParquetWriter(making, SCHEMA, compression="snappy") as stored:
                for batch in _batches(rows):
                    stored.write_batch(batch)
        making.rename(file)
    return file


def refused(rows: int) -> int:
    """How many of the first `rows` rows break a rule that a row can break: country, status or e-mail address."""
    row = np.arange(rows)
    return int(np.logical_or.reduce([_has(fault, row) for fault in ("country", "status", "email")]).sum())


def _has(fault: str, row: np.ndarray) -> np.ndarray:
    period = PERIODS[fault]
    return row % period == period // 2


def _batches(rows: int) -> Iterator[pa.RecordBatch]:
    for start in range(0, rows, CHUNK):
        yield _batch(np.arange(start, min(start + CHUNK, rows)))


def _batch(row: np.ndarray) -> pa.RecordBatch:
    """These rows; a row number is always the same row."""
    random = np.random.default_rng([SEED, int(row[0])])
    count = len(row)
    has = {fault: _has(fault, row) for fault in PERIODS}
    customer = random.integers(1, 500_000, count)
    quantity = random.integers(1, 100, count)
    cents = quantity * random.integers(100, 20_000, count)
    moments = np.datetime64("2025-01-01", "s") + row // 3
    country = np.where(has["country"], "??", COUNTRIES[random.integers(0, len(COUNTRIES), count)])
    status = np.where(has["status"], "lost", STATUSES[random.integers(0, len(STATUSES), count)])
    email = np.char.add(np.char.add("user", customer.astype(str)), np.where(has["email"], " example", "@example.com"))
    letters = np.array(["AB", "CD", "EF", "GH"])[random.integers(0, 4, count)]
    sku = np.char.add(np.char.add(letters, "-"), random.integers(10_000, 99_999, count).astype(str))
    amount = pa.array(np.where(has["amount"], -cents, cents)).cast(pa.decimal128(21, 0))
    hundredth = pa.scalar("0.01").cast(pa.decimal128(3, 2))
    columns = [
        pa.array(row - has["repeated"] + 1),
        pa.array(np.ones(count, np.int32)),
        pa.array(customer, mask=has["no customer"]),
        pa.array(country),
        pa.array(status),
        pa.array(email),
        pa.array(sku),
        pa.array(quantity.astype(np.int32)),
        pc.multiply(amount, hundredth).cast(SCHEMA.field("amount").type),
        pa.array(moments.astype("datetime64[us]")),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)
