"""Any table of typed values, written as CSV in any dialect and spelling that can be declared, is read back exactly."""

from __future__ import annotations

import bz2
import datetime
import decimal
import gzip

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.fuzz.examples import bounded
from tests.fuzz.reading import cut_small, verdict
from tests.unit.kernels.spelled import KINDS, Spelling, same, spellings, values

ENCODINGS = ["utf-8", "utf-8", "utf-8", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "gb18030"]
PACKINGS = {"": bytes, "gzip": gzip.compress, "bz2": bz2.compress}


@st.composite
def dialects(draw):
    """A dialect as a source takes it, and how the rest is written."""
    delimiter = draw(st.sampled_from([",", ";", "\t", "|", "\x01", " "]))
    quote = draw(st.sampled_from(['"', '"', "'", ""]))
    escape = draw(st.sampled_from(["", "", "\\", "^"]))
    multiline = bool(quote or escape) and draw(st.booleans())
    comment = "" if multiline and escape else draw(st.sampled_from(["", "", "#"]))
    config = {"delimiter": delimiter, "quote": quote, "escape": escape, "comment": comment, "multiline": multiline}
    config |= {"nulls": draw(st.sampled_from([("",), ("NA", ""), ("NULL",)])), "header": draw(st.booleans())}
    config |= {"encoding": draw(st.sampled_from(ENCODINGS)), "skip_lines": draw(st.integers(0, 2))}
    return config, draw(st.sampled_from(["\n", "\r\n"])), draw(st.sampled_from(list(PACKINGS)))


def _field(text, config, wanted_quotes):
    """The text as a field; None where the dialect cannot write it."""
    delimiter, quote, escape = config["delimiter"], config["quote"], config["escape"]
    special = {delimiter, quote, escape, config["comment"], "\n"} - {""}
    plain = not special & set(text) and text not in config["nulls"]
    if plain and text and not wanted_quotes:
        return text
    if "\n" in text and not config["multiline"]:
        return None
    if quote:
        inner = text
        for mark in [escape, quote] if escape else [quote]:
            inner = inner.replace(mark, (escape or quote) + mark)
        return quote + inner + quote
    if text in config["nulls"] or (not text and not plain):
        return None
    if not escape:
        return text if plain else None
    return "".join(escape + mark if mark in special else mark for mark in text)


def _line(row, kinds, config, spelling, wanted_quotes):
    cells = []
    for value, kind in zip(row, kinds, strict=True):
        cell = config["nulls"][0] if value is None else _field(spelling.text(value, kind), config, wanted_quotes)
        if cell is None:
            return None
        cells.append(cell)
    line = config["delimiter"].join(cells)
    return None if not line and len(cells) > 1 else line


@st.composite
def files(draw, plain=False):
    """A table of typed values with the lines that write it: (config, kinds, rows, lines, before, end, packing)."""
    config, end, packing = draw(dialects())
    spelling = draw(spellings())
    if plain:
        config |= {"multiline": False, "encoding": "utf-8"}
        packing = ""
    kinds = draw(st.lists(KINDS, min_size=1, max_size=5))
    alphabet = "ab0 é;,|'\"^\\#-" + ("€😀ß" if config["encoding"] not in ("latin-1", "cp1252") else "ß")
    texts = st.text(alphabet + ("\n" if config["multiline"] else ""), max_size=8)
    cells = [st.one_of(st.none(), values(kind, texts, spelling)) for kind in kinds]
    rows, lines = [], []
    for row in draw(st.lists(st.tuples(*cells), max_size=8)):
        line = _line(row, kinds, config, spelling, draw(st.booleans()))
        if line is not None:
            rows.append(row)
            lines.append(line)
    names = [f"c{number}" for number in range(len(kinds))]
    before = ["what a tool writes first"] * config["skip_lines"]
    if config["header"]:
        before.append(config["delimiter"].join(names))
    if config["comment"]:
        lines = [one for line in lines for one in ([f"{config['comment']} a remark", line])]
    return {"type": "csv", **config, **spelling.config()}, dict(zip(names, kinds, strict=True)), rows, before, lines, (
        end, packing)  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("properties") / "input"


@given(file=files(), last=st.booleans(), item=st.integers(20, 200), block=st.integers(5, 90))
@bounded(100)
def test_any_table_in_any_dialect_is_read_back_exactly_however_it_is_cut(path, file, last, item, block):
    config, columns, rows, before, lines, (end, packing) = file
    assume(before or lines)
    text = end.join([*before, *lines]) + (end if last or not [*before, *lines][-1] else "")
    content = PACKINGS[packing](text.encode(config["encoding"]))
    whole = verdict(path, content, config, columns)
    assert (whole.refused, whole.rejects) == ((), [])
    assert same(whole.rows, rows), (whole.rows, rows)
    with cut_small(item, block):
        assert repr(verdict(path, content, config, columns)) == repr(whole)


@given(file=files(plain=True), at=st.integers(0, 99), column=st.integers(0, 99), cell=st.text(max_size=12))
@bounded(100)
def test_any_change_of_one_cell_costs_no_other_row_its_verdict(path, file, at, column, cell):
    config, columns, rows, before, lines, (end, _) = file
    assume(rows and "\n" not in cell)

    def verdicts():
        text = end.join([*before, *lines]) + end
        seen = verdict(path, text.encode("utf-8", "surrogatepass"), config, columns)
        assume(not seen.refused)
        found = {line: repr(row) for line, row in zip(seen.lines, seen.rows, strict=True)}
        return found | {line: f"{raw} {why}" for line, raw, why in seen.rejects}

    clean = verdicts()
    changed = [index for index, line in enumerate(lines) if not config["comment"] or index % 2][at % len(rows)]
    cells = lines[changed].split(config["delimiter"])
    cells[column % len(cells)] = cell
    lines[changed] = config["delimiter"].join(cells)
    assume(changed or config["header"] or config["skip_lines"])  # a file's first bytes may be a mark of something else
    number = len(before) + changed + 1
    seen = verdicts()
    clean.pop(number, None)
    seen.pop(number, None)
    assert seen == clean


def test_the_writer_spells_as_declared():
    spelling = Spelling(decimal=",", grouping=".", plus=True, date="dd.MM.yyyy", zone="Europe/Berlin", binary="hex")
    assert spelling.text(1234567, "int") == "+1.234.567"
    assert spelling.text(decimal.Decimal("-1234.50"), "decimal(9,2)") == "-1.234,50"
    assert spelling.text(datetime.date(2024, 2, 9), "date") == "09.02.2024"
    moment = datetime.datetime(2024, 7, 1, 12, tzinfo=datetime.UTC)
    assert spelling.text(moment, "timestamp") == "2024-07-01T14:00:00.000000"
    assert spelling.text(b"\x01\xff", "binary") == "01ff"
