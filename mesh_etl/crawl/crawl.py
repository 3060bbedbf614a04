"""From paths to findings: sample files, decide types, try the draft on the sample, look at the values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mesh_etl.contract.types import Decimal, Field, Schema, Simple
from mesh_etl.crawl.classify import Classified, Classifiers
from mesh_etl.crawl.delimited import delimited
from mesh_etl.crawl.distinct import Distinct
from mesh_etl.crawl.evidence import evidence_of
from mesh_etl.crawl.excel_rows import excel_rows
from mesh_etl.crawl.findings import Column, Findings
from mesh_etl.crawl.fixed_width import fixed_width
from mesh_etl.crawl.formats import format_of
from mesh_etl.crawl.json_rows import json_rows
from mesh_etl.crawl.keys import can_tell_apart, is_named_as_key, pair_keys, single_keys
from mesh_etl.crawl.ladder import STRING, Verdict
from mesh_etl.crawl.layout import Layout
from mesh_etl.crawl.naming import column_names
from mesh_etl.crawl.partitions import partition_keys
from mesh_etl.crawl.patterns import pattern_of
from mesh_etl.crawl.reach import ROWS, Found, find
from mesh_etl.crawl.spelling import Spelling, spelling_of
from mesh_etl.crawl.stored import stored
from mesh_etl.crawl.trial import Tried, declared, tried
from mesh_etl.crawl.values import accepted, range_of
from mesh_etl.crawl.xml_rows import xml_rows
from mesh_etl.errors import ConfigError, Fault

if TYPE_CHECKING:
    import pyarrow as pa

_LAYOUTS: Mapping[str, Callable[[Found, int], Layout]] = {
    "csv": delimited, "excel": excel_rows, "fixed_width": fixed_width, "json": json_rows, "xml": xml_rows,
}  # fmt: skip
_ATTEMPTS = 4
_CHARACTERS = {"NOT_NFC": ("unicode", "any"), "CONTROL_CHAR": ("control", "allow")}


def crawl(
    paths: Sequence[str], product: str = "", rows: int = ROWS, classifiers: Classifiers | None = None
) -> Findings:
    """What the files are, from a sample of about `rows` rows; memory and time are bounded whatever there is.

    Raises `ConfigError` where nothing can be drafted, and `PlanError` or `RunError` where the source reads nothing.
    """
    found = find(paths)
    kind = format_of(found)
    layout = _LAYOUTS[kind](found, rows) if kind in _LAYOUTS else stored(kind, found, rows)
    if not layout.originals or (layout.pieces.all and not layout.pieces.read):
        raise _empty(found)
    asked = classifiers or Classifiers()
    names = column_names(layout.originals)
    texts = _texts(layout)
    classes = {i: one for i, text in texts.items() if (one := asked.classify(names[i], text.values))}
    forced = {i for i, one in classes.items() if one.logical_type == "string"}
    spelling = spelling_of(names, [text for i, text in texts.items() if i not in forced])
    verdicts = _verdicts(layout, texts, forced, spelling)
    options = {**layout.options, **_spelled(spelling)}
    schema, options, trial = _tried(layout, names, verdicts, options)
    if not trial.pieces.read:
        raise _empty(found)
    layout = replace(layout, complete=layout.complete and trial.whole)
    columns = _columns(layout, names, schema, verdicts, trial, asked, classes)
    return _found_out(found, layout, names, options, columns, trial, spelling, product)


def _empty(found: Found) -> ConfigError:
    fix = "a contract is drafted from a header and at least one row"
    return ConfigError(Fault("SAMPLE_EMPTY", "there are no rows", found.files[0].path, fix))


def _texts(layout: Layout) -> dict[int, Distinct]:
    """The cells of the columns whose types they decide."""
    import pyarrow as pa

    wanted = [index for index, kind in enumerate(layout.types) if kind is None]
    return {index: Distinct.of(layout.pieces.column(layout.originals[index], pa.string())) for index in wanted}


def _verdicts(layout: Layout, texts: Mapping[int, Distinct], forced: set[int], spelling: Spelling) -> list[Verdict]:
    decided = iter(spelling.verdicts)
    found = []
    for index, kind in enumerate(layout.types):
        if kind is not None:
            found.append(Verdict(kind))
        else:
            found.append(Verdict(STRING) if index in forced else next(decided))
    return found


def _spelled(spelling: Spelling) -> dict[str, Any]:
    nulls = {"nulls": sorted({"", *spelling.nulls})} if spelling.nulls else {}
    return {**nulls, **spelling.options}


def _tried(
    layout: Layout, names: Sequence[str], verdicts: list[Verdict], options: dict[str, Any]
) -> tuple[Schema, dict[str, Any], Tried]:
    """The draft after the trial: what the source refused of the sample for its type has become text."""
    schema = tuple(Field(name, verdict.type) for name, verdict in zip(names, verdicts, strict=True))
    trial = tried(layout, schema, declared(layout, names, options))
    for _ in range(_ATTEMPTS):
        columns = {one.column for one in trial.refused if one.column and one.code not in _CHARACTERS}
        signs = dict(_CHARACTERS[one.code] for one in trial.refused if one.code in _CHARACTERS)
        loose = [i for i, field in enumerate(schema) if field.name in columns and layout.types[i] is None]
        if not any(schema[i].type != STRING for i in loose) and signs.items() <= options.items():
            break
        options = {**options, **signs}
        for index in loose:
            verdicts[index] = Verdict(STRING, verdicts[index].nearly)
        schema = tuple(Field(name, verdict.type) for name, verdict in zip(names, verdicts, strict=True))
        trial = tried(layout, schema, declared(layout, names, options))
    return schema, options, trial


def _columns(
    layout: Layout,
    names: Sequence[str],
    schema: Schema,
    verdicts: Sequence[Verdict],
    trial: Tried,
    asked: Classifiers,
    classes: Mapping[int, Classified],
) -> list[Column]:
    import pyarrow.compute as pc

    found = []
    rows = trial.table.num_rows
    for index, (name, field) in enumerate(zip(names, schema, strict=True)):
        column = trial.table[name].combine_chunks()
        flat = isinstance(field.type, Simple | Decimal)
        values = pc.unique(column.drop_null()) if flat else None
        one = Column(
            name=name,
            original=layout.originals[index],
            type=field.type,
            rows=rows,
            missing=column.null_count,
            distinct=None if values is None else len(values),
            evidence=evidence_of(verdicts[index], layout.pieces),
            lacking=layout.lacking.get(layout.originals[index], ()),
            time=verdicts[index].time and field.type == STRING,
        )
        found.append(
            one if values is None else _valued(one, column, values, asked, classes.get(index), layout.complete)
        )
    return found


def _valued(
    one: Column, column: pa.Array, values: pa.Array, asked: Classifiers, known: Classified | None, complete: bool
) -> Column:
    """The column with what its values say; of a classified one they say nothing else."""
    import pyarrow as pa

    text = pa.types.is_string(column.type)
    spoken = text or pa.types.is_integer(column.type) or pa.types.is_date(column.type)
    known = known or (asked.classify(one.name, values.cast(pa.string())) if spoken else None)
    if known:
        pattern = known.pattern if text else None
        return replace(one, classification=known.classification, classified_by=known.evidence, pattern=pattern)
    if not text:
        return replace(one, range=range_of(column))
    listed = accepted(column, complete)
    return replace(one, accepted=listed, pattern=None if listed or one.time else pattern_of(values))


def _key(single: Sequence[str], names: Sequence[str], product: str) -> tuple[str, ...]:
    """The column, of those that repeat no value, that is called as keys are, as the product's own if there is one."""
    named = [name for name in single if is_named_as_key(name, product)]
    own = ("id", f"{product}_id", f"{product}_key")
    return tuple(sorted(named, key=lambda name: (name not in own, names.index(name)))[:1])


def _pairs(table: pa.Table, columns: Sequence[Column]) -> list[tuple[str, str]]:
    able = [one.name for one in columns if not one.missing and one.distinct and one.distinct > 1]
    return pair_keys(table, able, {one.name: one.distinct or 0 for one in columns})


def _found_out(
    found: Found,
    layout: Layout,
    names: Sequence[str],
    options: Mapping[str, Any],
    columns: list[Column],
    trial: Tried,
    spelling: Spelling,
    product: str,
) -> Findings:
    table, rows = trial.table, trial.table.num_rows
    flat = [one for one in columns if one.distinct is not None and can_tell_apart(table.schema.field(one.name).type)]
    single = single_keys([(one.name, one.missing, one.distinct or 0) for one in flat], rows)
    pairs = [] if single else _pairs(table, flat)
    certain: tuple[str, ...] = pairs[0] if len(pairs) == 1 and layout.complete and rows >= 20 else ()
    key = _key(single, names, product) or certain
    columns = [replace(one, unique=one.name in single) for one in columns]
    columns = [replace(one, key=key.index(one.name) + 1 if one.name in key else 0) for one in columns]
    listed = frozenset(one.name for one in columns if one.accepted and not one.missing)
    notes = [*layout.notes, *spelling.notes]
    notes += [
        f"{code}: text that holds such characters is taken as it is ({key}: {value})"
        for code, (key, value) in _CHARACTERS.items()
        if options.get(key) == value
    ]
    if found.empty:
        notes.append(f"{len(found.empty):,} of the files are empty: a run refuses them; remove them")
    if layout.lacking:
        notes.append("the files differ in their columns: the job says `drift: ignore`")
    return Findings(
        paths=found.named,
        format=layout.format,
        declared=declared(layout, names, options),
        files=len(found.files),
        looked_at=len(found.looked_at),
        octets=found.octets,
        rows=rows,
        read=trial.pieces.read,
        complete=layout.complete,
        columns=tuple(columns),
        refused=trial.refused,
        refused_rows=trial.refused_rows,
        pairs=tuple(pairs),
        partitions=partition_keys(
            table, {one.name: one.distinct or 0 for one in columns if not one.classification}, listed
        ),
        notes=tuple(notes),
    )
