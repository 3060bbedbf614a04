"""What the crawler found, as a page for people and as data for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh_etl.cli.screen import Page
from mesh_etl.cli.wording import size
from mesh_etl.crawl.yaml_text import flow

if TYPE_CHECKING:
    from mesh_etl.cli.scaffold import Drafted
    from mesh_etl.crawl import Column, Findings

MOST_COLUMNS = 200


def facts(draft: Drafted, made: Sequence[Path]) -> dict[str, Any]:
    """The findings, both texts and the files that were written, as plain JSON data."""
    found = draft.found
    columns = []
    for one in found.columns:
        columns.append({**asdict(one), "type": one.type.ddl(), "required": one.required})
    return {
        "product": draft.product,
        "source": {"type": found.format, "path": draft.path, **found.declared},
        "files": found.files,
        "files_looked_at": found.looked_at,
        "bytes": found.octets,
        "rows": found.read,
        "complete": found.complete,
        "refused_rows": found.refused_rows,
        "refused": [asdict(one) for one in found.refused],
        "columns": columns,
        "primary_key": found.key,
        "unique_pairs": found.pairs,
        "partition_by": found.partitions,
        "notes": found.notes,
        "drafts": draft.files,
        "written": [path.as_posix() for path in made],
    }


def show(page: Page, draft: Drafted, made: Sequence[Path], paths: Sequence[str]) -> None:
    """The findings as a table, then where the files are or how to get them."""
    findings(page, draft.found)
    page.line()
    for path in made:
        page.line(f"wrote {path.as_posix()}")
    if made:
        page.line("Read both; a project keeps them in configs/<domain>/<name>/.")
        return
    spelled = " ".join(_quoted(path) for path in paths)
    froms = " ".join(f"--from {_quoted(path)}" for path in paths)
    page.line("Nothing was written.")
    page.next(
        f"mesh-etl init DOMAIN.NAME {froms}     # into a project",
        f"mesh-etl infer {spelled} --out FOLDER     # only the two files",
    )


def findings(page: Page, found: Findings) -> None:
    """Format, sample, columns and what could not be decided."""
    dialect = ", ".join(f"{key}: {flow(value)}" for key, value in found.declared.items() if key != "columns")
    page.line(f"{found.format}{f' ({dialect})' if dialect else ''}, {size(found.octets)}: {found.sampled()}")
    page.line()
    shown = found.columns[:MOST_COLUMNS]
    page.table(
        ("column", "type", "missing", "different", "evidence and suggestions"),
        map(_row, shown),
        ("missing", "different"),
    )
    if len(found.columns) > len(shown):
        page.line(f"and {len(found.columns) - len(shown):,} columns more")
    page.line()
    if found.refused_rows:
        page.line(f"{found.refused_rows:,} of {found.read:,} sampled rows would be rejected:")
        for one in found.refused[:8]:
            page.line(f"  {one.code}{f' {one.column}' if one.column else ''}: {one.rows:,}, first {one.first}")
    else:
        page.line(f"The draft was tried on the sample: none of {found.read:,} rows would be rejected.")
    if not found.key and found.pairs:
        page.line(f"Unique together: {'; '.join(' and '.join(pair) for pair in found.pairs[:3])}")
    if found.partitions:
        page.line(f"Could be partitioned by: {', '.join(found.partitions)}")
    for note in found.notes:
        page.line(f"Note: {note}")


def _row(one: Column) -> tuple[str, str, str, str, str]:
    said = ["key"] if one.key else ["unique"] if one.unique and one.rows > 9 else []
    if one.classification:
        said.append(f"{one.classification}? {one.classified_by}")
    if one.accepted:
        said.append(f"{len(one.accepted)} accepted values")
    if one.pattern:
        said.append(f"matches {one.pattern}")
    if one.time:
        said.append("time of day")
    if one.lacking:
        said.append(f"{len(one.lacking)} files lack it")
    said += one.evidence
    missing = f"{one.missing:,}" if one.missing else ""
    distinct = "" if one.distinct is None else f"{one.distinct:,}"
    return one.name, one.type.ddl(), missing, distinct, "; ".join(said)


def _quoted(path: str) -> str:
    import shlex

    return shlex.quote(path)
