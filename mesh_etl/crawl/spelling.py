"""How a source spells its values: words for NULL, true and false, marks in numbers, formats of dates and timestamps.

A source has one declaration for all of its columns, so the spellings are chosen for all of them together: a spelling is
taken where it lets a column be more than text. Where two spellings read the same cells as different values, nothing is
guessed: the column stays text, and a note says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mesh_etl.contract.types import DataType, Decimal, Simple
from mesh_etl.crawl.distinct import Distinct
from mesh_etl.crawl.ladder import STRING, Verdict, climb
from mesh_etl.kernels.values.moment_format import moment_format
from mesh_etl.kernels.values.text_rules import TextRules
from mesh_etl.sources.text import TextOptions

# Words that stand for no value where a column's other cells are of a type that such a word is not.
NULL_WORDS = ("NULL", "null", "Null", "NA", "N/A", "n/a", "#N/A", "\\N", "NaN", "nan", "None", "none", "-", "--", "?",
              ".", "(null)", "<NA>")  # fmt: skip
BOOLEANS = (("True", "False"), ("TRUE", "FALSE"), ("yes", "no"), ("Yes", "No"), ("YES", "NO"), ("Y", "N"), ("y", "n"),
            ("t", "f"), ("T", "F"), ("ja", "nein"), ("Ja", "Nein"), ("oui", "non"), ("Oui", "Non"))  # fmt: skip
NUMBERS: tuple[Mapping[str, str], ...] = (
    {"decimal": ","}, {"decimal": ",", "grouping": "."}, {"grouping": ","}, {"decimal": ",", "grouping": " "},
    {"decimal": ",", "grouping": "\u00a0"}, {"decimal": ",", "grouping": "\u202f"}, {"grouping": "'"},
    {"grouping": "\u2019"}, {"grouping": " "},
)  # fmt: skip
DATES = ("dd.MM.yyyy", "d.M.yyyy", "dd/MM/yyyy", "MM/dd/yyyy", "d/M/yyyy", "M/d/yyyy", "yyyy/MM/dd", "yyyy.MM.dd",
         "dd-MM-yyyy", "MM-dd-yyyy", "dd MMM yyyy", "d MMM yyyy", "dd-MMM-yyyy", "d-MMM-yyyy", "MMM dd, yyyy",
         "MMM d, yyyy")  # fmt: skip
OFFSET = "X" * 3  # as in +01:00, or Z
CLOCKS = ("HH:mm:ss", "HH:mm", "H:mm", "H:mm:ss", "HH:mm:ss.S", "HH:mm:ss.SS", "HH:mm:ss.SSS", "HH:mm:ss.SSSSSS")
_NUMERIC = (Simple("int"), Simple("bigint"), Simple("double"))


@dataclass(frozen=True)
class Spelling:
    """What a job declares of its text, the verdict on each column under it, and what could not be decided."""

    options: Mapping[str, Any]
    nulls: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...] = ()


def rules_of(options: Mapping[str, Any]) -> TextRules:
    """The kernels' rules for what a job declares."""
    known = {key: value for key, value in options.items() if key in TextOptions.model_fields}
    return TextOptions.model_validate(known).rules()


def spelling_of(names: Sequence[str], columns: Sequence[Distinct], words_are_nulls: bool = True) -> Spelling:
    """The spelling under which the most columns are more than text."""
    options: dict[str, Any] = {}
    notes: list[str] = []
    nulls: set[str] = set()
    settled: dict[int, Verdict] = {}

    def settle(found: Mapping[int, tuple[Verdict, Sequence[str]]]) -> None:
        for index, (verdict, words) in found.items():
            settled[index] = verdict
            nulls.update(words)

    settle(_typed(columns, range(len(columns)), rules_of(options), words_are_nulls))
    for step in (_booleans, _numbers, _dates, _timestamps):
        rest = [index for index in range(len(columns)) if index not in settled]
        declared, undecided = step(columns, rest, options, words_are_nulls, settled)
        options.update(declared)
        notes += [f"{names[index]}: {why}" for index, why in undecided.items()]
        if declared:
            settled = {}
            settle(_typed(columns, range(len(columns)), rules_of(options), words_are_nulls))
    rules = rules_of(options)
    final = [climb(column.without(nulls), rules) for column in columns]
    return Spelling(options, tuple(sorted(nulls)), tuple(final), tuple(notes))


def _typed(
    columns: Sequence[Distinct], which: Sequence[int], rules: TextRules, words_are_nulls: bool
) -> dict[int, tuple[Verdict, Sequence[str]]]:
    """The columns that are more than text, with the words in them that stand for NULL."""
    found: dict[int, tuple[Verdict, Sequence[str]]] = {}
    for index in which:
        words = columns[index].has(NULL_WORDS) if words_are_nulls else []
        verdict = climb(columns[index].without(words), rules)
        if verdict.type != STRING or verdict.time:
            found[index] = (verdict, words)
    return found


Chosen = tuple[dict[str, Any], dict[int, str]]


def _bare(column: Distinct, words_are_nulls: bool) -> Distinct:
    return column.without(column.has(NULL_WORDS)) if words_are_nulls else column


def _booleans(
    columns: Sequence[Distinct], rest: Sequence[int], options: Mapping[str, Any], nulls: bool, _: Mapping[int, Verdict]
) -> Chosen:
    true, false = ["true"], ["false"]
    for index in rest:
        words = _bare(columns[index], nulls).words
        for yes, no in BOOLEANS:
            if words == {yes, no} and yes not in true:
                true.append(yes)
                false.append(no)
    if len(true) == 1:
        return {}, {}
    used = any(_bare(one, nulls).words <= {"true", "false"} and one.words for one in columns)
    start = 0 if used else 1
    return {"true_values": true[start:], "false_values": false[start:]}, {}


def _numbers(
    columns: Sequence[Distinct],
    rest: Sequence[int],
    options: Mapping[str, Any],
    nulls: bool,
    settled: Mapping[int, Verdict],
) -> Chosen:
    open_ = [i for i in rest if _bare(columns[i], nulls).shaped(r"^[+-]?[0-9][0-9.,' \x{a0}\x{202f}\x{2019}]*$")]
    if not open_:
        return {}, {}
    plain = [i for i, verdict in settled.items() if verdict.type in _NUMERIC or isinstance(verdict.type, Decimal)]
    best: list[tuple[Mapping[str, str], list[int]]] = []
    most = 0
    for marks in NUMBERS:
        rules = rules_of({**options, "numbers": dict(marks)})
        won = [i for i in open_ if climb(_bare(columns[i], nulls), rules).type != STRING]
        lost = [i for i in plain if climb(_bare(columns[i], nulls), rules).type == STRING]
        score = len(won) - len(lost)
        if score > most:
            best, most = [], score
        if score == most and won:
            best.append((marks, won))
    if not best:
        return {}, {}
    marks, won = best[0]
    for other, also in best[1:]:
        for index in set(won) | set(also):
            if not _same(
                columns[index], {**options, "numbers": dict(marks)}, {**options, "numbers": dict(other)}, nulls
            ):
                why = "is it a decimal mark or groups of digits? declare `numbers`; it is text until then"
                return {}, {index: why}
    return {"numbers": dict(marks)}, {}


def _same(column: Distinct, one: Mapping[str, Any], other: Mapping[str, Any], nulls: bool) -> bool:
    """Whether the column has the same values under both declarations, where both read it."""
    from mesh_etl.kernels.values.typing import typed

    cells = _bare(column, nulls)
    kind = Decimal(38, 9)
    first, second = typed(cells.values, kind, rules_of(one)), typed(cells.values, kind, rules_of(other))
    return bool(first.bad or second.bad or first.values.equals(second.values))


def _dates(
    columns: Sequence[Distinct], rest: Sequence[int], options: Mapping[str, Any], nulls: bool, _: Mapping[int, Verdict]
) -> Chosen:
    open_ = [i for i in rest if _bare(columns[i], nulls).shaped(r"^[0-9A-Za-z]{1,4}[-./ ][0-9A-Za-z]{1,3}[-./ ,]")]
    return _formats(columns, open_, "date_formats", Simple("date"), DATES, "yyyy-MM-dd", options, nulls)


def _timestamps(
    columns: Sequence[Distinct], rest: Sequence[int], options: Mapping[str, Any], nulls: bool, _: Mapping[int, Verdict]
) -> Chosen:
    open_ = [i for i in rest if _bare(columns[i], nulls).shaped(r"[0-9]:[0-5][0-9]")]
    formats = [f"{day}{gap}{clock}" for day in ("yyyy-MM-dd", *DATES) for gap in (" ", "'T'") for clock in CLOCKS]
    found, undecided = _formats(
        columns, open_, "timestamp_formats", Simple("timestamp_ntz"), formats, "", options, nulls
    )
    zoned = [f"{one}{OFFSET}" for one in formats]
    if not found:
        return _formats(columns, open_, "timestamp_formats", Simple("timestamp"), zoned, "", options, nulls)
    return found, undecided


def _formats(
    columns: Sequence[Distinct],
    open_: Sequence[int],
    key: str,
    kind: DataType,
    formats: Sequence[str],
    iso: str,
    options: Mapping[str, Any],
    nulls: bool,
) -> Chosen:
    chosen: list[str] = []
    undecided: dict[int, str] = {}
    for index in open_:
        cells = _bare(columns[index], nulls)
        likely = [one for one in formats if _begins(cells, one, kind)]
        fitting = [one for one in likely if cells.fit(kind, rules_of({**options, key: [one]})).whole]
        if not fitting and kind == Simple("date"):
            fitting = [*_pairs(cells, formats, key, kind, options)][:1]
        different = [one for one in fitting[1:] if _differ(cells, kind, key, fitting[0], one, options)]
        if different:
            undecided[index] = f"days and months look alike: declare {key}: [{fitting[0]}] or [{different[0]}]"
        elif fitting:
            chosen += [one for one in fitting[0].split("|") if one not in chosen]
    if not chosen:
        return {}, undecided
    if iso and any(climb(_bare(one, nulls), rules_of(options)).type == kind for one in columns):
        chosen.append(iso)
    if key == "timestamp_formats" and _has_iso(columns, options, nulls):
        return {}, undecided  # ISO 8601 takes more shapes than a list of formats can name
    try:
        rules_of({**options, key: chosen})
    except ValueError:
        chosen = chosen[:1]  # formats that read the same text in two ways cannot stand side by side
    return {key: chosen}, undecided


def _begins(cells: Distinct, form: str, kind: DataType) -> bool:
    """Whether the first cells have the format; asked first, because most formats are out after one look."""
    known = moment_format(form, "date" if kind == Simple("date") else "timestamp")
    return all(known.iso(cell) is not None for cell in cells.values[:8].to_pylist())


def _has_iso(columns: Sequence[Distinct], options: Mapping[str, Any], nulls: bool) -> bool:
    kinds = {climb(_bare(one, nulls), rules_of(options)).type for one in columns}
    return bool(kinds & {Simple("timestamp"), Simple("timestamp_ntz")})


def _pairs(cells: Distinct, formats: Sequence[str], key: str, kind: DataType, options: Mapping[str, Any]) -> list[str]:
    """Formats that differ in zeros alone: `dd.MM.yyyy` beside `d.M.yyyy` reads what spreadsheets mix."""
    pairs = [
        f"{one}|{one.replace('dd', 'd').replace('MM', 'M')}" for one in formats if "dd" in one and "MMM" not in one
    ]
    found = []
    for pair in pairs:
        try:
            rules = rules_of({**options, key: pair.split("|")})
        except ValueError:
            continue
        if cells.fit(kind, rules).whole:
            found.append(pair)
    return found


def _differ(cells: Distinct, kind: DataType, key: str, one: str, other: str, options: Mapping[str, Any]) -> bool:
    from mesh_etl.kernels.values.typing import typed

    first = typed(cells.values, kind, rules_of({**options, key: one.split("|")}))
    second = typed(cells.values, kind, rules_of({**options, key: other.split("|")}))
    return not first.values.equals(second.values)
