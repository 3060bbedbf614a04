"""Any table of typed values, written at fixed positions or as XML in any declared spelling, is read back exactly."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.fuzz.examples import bounded
from tests.fuzz.reading import cut_small, verdict
from tests.unit.kernels.spelled import KINDS, same, spellings, values

NULL = "~"
TEXTS = st.text("ab0é€😀,;<&>'\"", min_size=1, max_size=6)


@st.composite
def tables(draw):
    """A table of typed values: (declaration, columns, rows, the rows as spelled texts)."""
    spelling = draw(spellings())
    kinds = draw(st.lists(KINDS, min_size=1, max_size=4))
    cells = [st.one_of(st.none(), values(kind, TEXTS, spelling)) for kind in kinds]
    rows = draw(st.lists(st.tuples(*cells), min_size=1, max_size=6))
    texts = [
        [NULL if one is None else spelling.text(one, kind) for one, kind in zip(row, kinds, strict=True)]
        for row in rows
    ]
    return spelling.config(), {f"c{at}": kind for at, kind in enumerate(kinds)}, rows, texts


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("properties") / "input"


@given(
    table=tables(),
    pad=st.sampled_from([" ", "_", "*"]),
    align=st.sampled_from([None, "left", "right"]),
    encoding=st.sampled_from(["utf-8", "utf-8", "utf-16", "gb18030"]),
    end=st.sampled_from(["\n", "\r\n"]),
    item=st.integers(20, 200),
    block=st.integers(5, 90),
)
@bounded(80)
def test_any_table_at_fixed_positions(path, table, pad, align, encoding, end, item, block):
    config, columns, rows, texts = table
    assume(all(one.strip(pad) == one for row in texts for one in row))
    positions, lines, start = {}, [""] * len(rows), 1
    for at, (name, kind) in enumerate(columns.items()):
        width = max(1, *(len(row[at]) for row in texts))
        positions[name] = {"from": start, "to": start + width - 1}
        numeric = kind.startswith("decimal") or kind in ("tinyint", "smallint", "int", "bigint", "float", "double")
        right = align == "right" or (align is None and numeric)
        for line, row in enumerate(texts):
            lines[line] += row[at].rjust(width, pad) if right else row[at].ljust(width, pad)
        start += width
    config |= {"type": "fixed_width", "columns": positions, "pad": pad, "encoding": encoding, "nulls": [NULL]}
    config |= {"align": align} if align else {}
    content = "".join(line + end for line in lines).encode(encoding)
    whole = verdict(path, content, config, columns)
    assert (whole.refused, whole.rejects) == ((), [])
    assert same(whole.rows, rows), (whole.rows, rows)
    with cut_small(item, block):
        assert repr(verdict(path, content, config, columns)) == repr(whole)


@given(table=tables(), attributes=st.booleans(), block=st.integers(5, 90))
@bounded(80)
def test_any_table_as_xml(path, table, attributes, block):
    config, columns, rows, texts = table
    body = ""
    for row in texts:
        if attributes:
            cells = "".join(
                f' {name}="{escape(text, {chr(34): "&quot;"})}"' for name, text in zip(columns, row, strict=True)
            )
            body += f"<row{cells}/>\n"
        else:
            cells = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in zip(columns, row, strict=True))
            body += f"<row>{cells}</row>"
    content = f"<?xml version='1.0'?>\n<rows><!-- <row> -->{body}</rows>".encode()
    config |= {"type": "xml", "row_tag": "row", "nulls": [NULL]}
    config |= {"columns": {name: f"@{name}" for name in columns}} if attributes else {}
    whole = verdict(path, content, config, columns)
    assert (whole.refused, whole.rejects) == ((), [])
    assert same(whole.rows, rows), (whole.rows, rows)
    with cut_small(100, block):
        assert repr(verdict(path, content, config, columns)) == repr(whole)
