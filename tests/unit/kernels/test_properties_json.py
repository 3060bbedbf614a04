"""Any table of typed values, nested ones too, written as JSON in any declared layout, is read back exactly."""

from __future__ import annotations

import base64
import datetime
import decimal
import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.fuzz.examples import bounded
from tests.fuzz.reading import cut_small, verdict
from tests.unit.kernels.spelled import KINDS, same, values

TEXTS = st.text('ab0 é€😀"\\/{}[]:,\n\t', max_size=6)
NAMES = st.sampled_from(["a", "b", "c d", "é", 'q"', "x.y", ""])


def _nested(inner):
    return st.one_of(
        inner.map(lambda kind: f"array<{kind}>"),
        inner.map(lambda kind: f"map<string,{kind}>"),
        st.lists(inner, min_size=1, max_size=3).map(
            lambda kinds: "struct<" + ",".join(f"f{at}:{kind}" for at, kind in enumerate(kinds)) + ">"
        ),
    )


TYPES = st.recursive(KINDS, _nested, max_leaves=4)


def _parts(text):
    """The parts of a type between its brackets, split at the commas of the outermost level."""
    parts, depth = [""], 0
    for mark in text:
        depth += (mark in "<(") - (mark in ">)")
        if mark == "," and not depth:
            parts.append("")
        else:
            parts[-1] += mark
    return parts


def _cells(kind):
    """Any value of the type, NULL too, as Arrow gives it back."""
    name, _, inside = kind.partition("<")
    inside = inside[:-1]
    if name == "array":
        found = st.lists(_cells(inside), max_size=3)
    elif name == "map":
        found = st.dictionaries(NAMES, _cells(_parts(inside)[1]), max_size=3).map(lambda one: list(one.items()))
    elif name == "struct":
        found = st.fixed_dictionaries({part.split(":", 1)[0]: _cells(part.split(":", 1)[1]) for part in _parts(inside)})
    else:
        found = values(kind, TEXTS)
    return st.one_of(st.none(), found)


def _json(value, kind, ascii_only):
    """The value as JSON text; numbers are written with all their digits."""
    name, _, inside = kind.partition("<")
    inside = inside[:-1]
    if value is None:
        return "null"
    if name == "array":
        return "[" + ", ".join(_json(one, inside, ascii_only) for one in value) + "]"
    if name in ("map", "struct"):
        kinds = dict(part.split(":", 1) for part in _parts(inside)) if name == "struct" else {}
        pairs = list(value.items()) if name == "struct" else value
        kept = [
            f"{json.dumps(key, ensure_ascii=ascii_only)}: {_json(one, kinds.get(key) or _parts(inside)[1], ascii_only)}"
            for key, one in pairs
        ]
        return "{" + ", ".join(kept) + "}"
    if isinstance(value, bytes):
        value = base64.b64encode(value).decode()
    if isinstance(value, decimal.Decimal):
        return f"{value:f}"
    if isinstance(value, datetime.datetime):
        value = value.isoformat().replace("+00:00", "Z")
    if isinstance(value, datetime.date):
        value = value.isoformat()
    return json.dumps(value, ensure_ascii=ascii_only)


@st.composite
def files(draw, layouts=("lines", "array", "documents")):
    """A table as JSON: (config, columns, rows, one text per row, the text before, between and after them)."""
    layout = draw(st.sampled_from(layouts))
    below = layout == "array" and draw(st.booleans())
    config = {"type": "json", "layout": layout, "encoding": draw(st.sampled_from(["utf-8", "utf-8", "utf-16"]))}
    kinds = {f"c{at}": kind for at, kind in enumerate(draw(st.lists(TYPES, min_size=1, max_size=3)))}
    rows = draw(st.lists(st.tuples(*(_cells(kind) for kind in kinds.values())), max_size=6))
    gap = " " if layout == "lines" else draw(st.sampled_from(["", " ", "\n", "\r\n  "]))
    texts = []
    for row in rows:
        cells = list(zip(kinds, row, strict=True))
        pairs = [
            f'"{name}":{gap}{_json(cell, kinds[name], draw(st.booleans()))}'
            for name, cell in draw(st.permutations(cells))
            if cell is not None or draw(st.booleans())
        ]
        texts.append("{" + f",{gap}".join(pairs) + gap + "}")
    if layout == "array":
        config |= {"records": "data.items"} if below else {}
        around = ('{"n": [1, {"items": []}], "data": {"x": "]", "items": [', ']}, "end": "["}') if below else ("[", "]")
        return config, kinds, rows, texts, (around[0] + gap, f",{gap}", gap + around[1])
    between = "\n" if layout == "lines" else draw(st.sampled_from(["\n", "", " ", "\r\n"]))
    return config, kinds, rows, texts, ("", between, "\n" if draw(st.booleans()) else "")


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("properties") / "input"


@given(file=files(), item=st.integers(20, 200), block=st.integers(5, 90))
@bounded(100)
def test_any_table_in_any_layout_is_read_back_exactly_however_it_is_cut(path, file, item, block):
    config, columns, rows, texts, (before, between, after) = file
    assume(rows or before)
    content = (before + between.join(texts) + after).encode(config["encoding"])
    whole = verdict(path, content, config, columns)
    assert (whole.refused, whole.rejects) == ((), [])
    assert same(whole.rows, rows), (whole.rows, rows)
    with cut_small(item, block):
        assert repr(verdict(path, content, config, columns)) == repr(whole)


@given(file=files(layouts=("lines",)), at=st.integers(0, 99), text=st.text(max_size=12), place=st.integers(0, 999))
@bounded(100)
def test_any_change_of_one_line_costs_no_other_row_its_verdict(path, file, at, text, place):
    config, columns, rows, texts, (_, between, _) = file
    assume(rows and "\n" not in text and config["encoding"] == "utf-8")

    def verdicts():
        seen = verdict(path, (between.join(texts) + "\n").encode("utf-8", "surrogatepass"), config, columns)
        assume(not seen.refused)
        found = {line: repr(row) for line, row in zip(seen.lines, seen.rows, strict=True)}
        return found | {line: f"{raw} {why}" for line, raw, why in seen.rejects}

    clean = verdicts()
    changed = at % len(rows)
    assume(changed)  # a file's first bytes may be a mark of something else
    cut = place % (len(texts[changed]) + 1)
    texts[changed] = texts[changed][:cut] + text + texts[changed][cut + place % 3 :]
    seen = verdicts()
    clean.pop(changed + 1, None)
    seen.pop(changed + 1, None)
    assert seen == clean
