"""Reads bytes through a reader, item by item, as a run does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from mesh_etl.contract.types import Field, Schema, parse
from mesh_etl.kernels.work import WorkItem
from mesh_etl.stores import LOCAL, InputFile


@dataclass
class Seen:
    """What came out: typed rows with their lines, and rejects as (line, raw, [rule or rule:column, ...])."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    rejects: list[tuple[int, str, list[str]]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    read: int = 0
    items: int = 0

    @property
    def codes(self) -> dict[int, list[str]]:
        return {line: codes for line, _, codes in self.rejects}


@pytest.fixture(scope="session")
def schema():
    def build(text: str) -> Schema:
        """`"a int, b decimal(5,2)"` as a schema; a comma inside brackets belongs to the type."""
        parts: list[str] = []
        for part in text.split(","):
            if parts and parts[-1].count("<") + parts[-1].count("(") > parts[-1].count(">") + parts[-1].count(")"):
                parts[-1] += "," + part
            else:
                parts.append(part)
        columns = [part.strip().split(" ", 1) for part in parts]
        return tuple(Field(name, parse(kind)) for name, kind in columns)

    return build


@pytest.fixture(scope="session")
def see(tmp_path_factory):
    path = tmp_path_factory.mktemp("kernels") / "input"

    def run(reader, content: bytes) -> Seen:
        path.write_bytes(content)
        file = InputFile(str(path), len(content), "v1", LOCAL)
        header = reader.head(file)[0] if hasattr(reader, "head") else ()
        seen, before = Seen(), 0
        for number, (start, end) in enumerate(reader.split(file)):
            item = WorkItem(number, "source", file, start, end, header)
            first, lines, records, verdicts = reader.first_line(item) + before, 0, [], []
            for parsed in reader.parse(item):
                assert parsed.read == parsed.batch.num_rows + len(parsed.rejects)
                assert sorted([*parsed.records, *(one.record for one in parsed.rejects)]) == list(
                    range(len(records) + len(verdicts), len(records) + len(verdicts) + parsed.read)
                )
                seen.rows += parsed.batch.to_pylist()
                records += [int(one) for one in parsed.records]
                verdicts += parsed.rejects
                lines += parsed.lines
                seen.read += parsed.read
            located = reader.locate(item, [*records, *(one.record for one in verdicts)])
            assert [one.place for one in verdicts] == located[len(records) :]
            seen.lines += [first - 1 + place.line for place in located[: len(records)]]
            seen.rejects += [
                (
                    first - 1 + one.place.line,
                    one.place.raw,
                    [f"{why.rule}:{why.column}".rstrip(":") for why in one.violations],
                )
                for one in verdicts
            ]
            before += lines
            seen.items += 1
        return seen

    return run
