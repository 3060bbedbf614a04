"""What an element holds as the contract's types, and where it stands, however the document is cut into pieces."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_etl.errors import RunError
from mesh_etl.kernels.values.text_rules import TextRules
from mesh_etl.kernels.xml import rows as xml_rows
from mesh_etl.kernels.xml.reader import XmlReader
from mesh_etl.kernels.xml.tree import built

SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TEXTS = st.text("ab <>&'\"]/\n\té€😀", max_size=8)
LOOSE = TextRules(nfc=False, control=True)


def read(see, reader, content, size=1 << 20):
    """What the reader sees in pieces of this size, or the code of the file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xml_rows, "PIECE_BYTES", size)
        try:
            seen = see(reader, content)
        except RunError as error:
            return error.code
    return seen.rows, seen.lines, seen.rejects


@pytest.fixture
def one(schema, see):
    """The row of one element `<row>`, or the codes under which it is rejected."""

    def run(columns, content, **options):
        rows, _, rejects = read(see, XmlReader(schema(columns), "row", **options), f"<rows>{content}</rows>".encode())
        return tuple(rows[0].values()) if rows else rejects[0][2]

    return run


@given(
    rows=st.lists(st.tuples(st.none() | TEXTS, st.none() | TEXTS, st.lists(TEXTS, max_size=3)), max_size=6),
    cdata=st.booleans(),
    between=st.sampled_from(["", "\n", " <!-- <row> --> ", "<?x <row>?>"]),
    size=st.integers(1, 40),
)
@SETTINGS
def test_any_texts_read_back_however_the_document_is_cut(schema, see, rows, cdata, between, size):
    def text(value):
        return f"<![CDATA[{value.replace(']]>', ']]]]><![CDATA[>')}]]>" if cdata else escape(value)

    parts = []
    for attribute, child, items in rows:
        head = "" if attribute is None else f" a={quoteattr(attribute, {chr(9): '&#9;'})}"
        inner = ("" if child is None else f"<b>{text(child)}</b>") + "".join(f"<c>{text(one)}</c>" for one in items)
        parts.append(f"<row{head}>{inner}</row>" if inner else f"<row{head}/>")
    content = f"<rows>{between}{between.join(parts)}{between}</rows>".encode()
    reader = XmlReader(schema("a string, b string, c array<string>"), "row", text=LOOSE)
    whole = read(see, reader, content)
    assert whole[0] == [{"a": a, "b": b, "c": c or None} for a, b, c in rows]
    assert read(see, reader, content, size) == whole


@given(
    parts=st.lists(
        st.sampled_from(
            ["<row>", "</row>", "<row/>", "<a>", "</a>", "x", " ", "<!--", "-->", "<![CDATA[", "]]>", "&lt;", "<"]
        ),
        max_size=12,
    ),
    size=st.integers(1, 20),
)
@SETTINGS
def test_any_text_has_one_verdict_however_it_is_cut(schema, see, parts, size):
    content = f"<rows>{''.join(parts)}</rows>".encode()
    reader = XmlReader(schema("a string"), "row")
    whole, cut = read(see, reader, content), read(see, reader, content, size)
    # Of a file with several faults the first is named that is met, and text is met when its piece ends.
    assert whole == cut or (isinstance(whole, str) and isinstance(cut, str))


ROWS = [
    "<row/>", "<row> </row>", "<row>x</row>", "<row a='1'/>", "<row a='1' p:a='2'><b/></row>", "<p:row a='1'/>",
    "<row><a>x</a></row>", "<row>\n <a>x</a>\n <b>&lt;<![CDATA[<row>]]></b>\n</row>", "<row><a>x</a>y</row>",
    "<row>y<a/></row>", "<row><a>x<b>z</b></a></row>", "<row><a/><a/></row>", "<row><b c='1'>x</b><b>y</b></row>",
    "<row i:nil='true'/>", "<row><a i:nil='1'/></row>", "<row xmlns='urn:d'><a>x</a></row>", "<row><p:a>x</p:a></row>",
    "<row><row a='2'/></row>", "<row><a><!-- </row> -->x<?y <row> ?></a></row>", "<other/>", "text", "<!-- <row> -->",
    "</rows><rows>", "<row", "</row>", "<group>", "</group>", "&nbsp;", "\x01",
    "<row>" + "<a>" * 99 + "</a>" * 99 + "</row>",
    "<row>" + "<a>" * 100 + "</a>" * 100 + "</row>",
]  # fmt: skip


@given(
    parts=st.lists(st.sampled_from(ROWS), min_size=1, max_size=6),
    namespaces=st.sampled_from([{}, "ignore", {"p": "urn:p"}]),
    extra_ignored=st.booleans(),
)
@SETTINGS
def test_rows_are_what_they_are_whoever_builds_them(schema, see, parts, namespaces, extra_ignored):
    head = "<rows xmlns:p='urn:p' xmlns:i='http://www.w3.org/2001/XMLSchema-instance'><row a='0'/>"
    content = f"{head}{''.join(parts)}</rows>".encode()
    columns = schema("a string, b array<string>, c map<string,string>")
    reader = XmlReader(columns, "row", extra_ignored=extra_ignored, namespaces=namespaces)
    fast = read(see, reader, content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xml_rows, "built", lambda *_: None)
        assert read(see, reader, content) == fast


def test_rows_in_the_namespaces_around_them_are_built_at_once(schema, see, monkeypatch):
    found = []
    monkeypatch.setattr(xml_rows, "built", lambda *these: found.append(built(*these)) or found[-1])
    content = b"<r xmlns='urn:d' xmlns:q='a&amp;\"b'>\n<row><q:a>1</q:a></row>\n<row q:a='2'/><row><!-- x --></row></r>"
    reader = XmlReader(schema("a int"), "d:row", {"a": "q:a"}, True, {"d": "urn:d", "q": 'a&"b'})
    assert read(see, reader, content)[0] == [{"a": 1}, {"a": None}, {"a": None}]
    assert [one and len(one) for one in found] == [2, 2]  # parsed, and located


@pytest.mark.parametrize(
    ("columns", "content", "wanted"),
    [
        ("a int", "<row a='1'/>", (1,)),
        ("a int", "<row><a>1</a></row>", (1,)),
        ("a string", "<row><a/></row>", ("",)),
        ("a string", "<row/>", (None,)),
        ("a int", "<row><a/></row>", ["TYPE_FORMAT:a"]),
        ("a array<int>", "<row><a>1</a><a>2</a></row>", ([1, 2],)),
        ("a array<int>", "<row a='1'/>", ([1],)),
        ("a array<int>", "<row a='1'><a>2</a></row>", ["DUPLICATE_KEY:a"]),
        ("a struct<x:int,y:array<int>>", "<row><a x='1'><y>2</y><y>3</y></a></row>", ({"x": 1, "y": [2, 3]},)),
        ("a struct<x:int>", "<row><a/></row>", ({"x": None},)),
        ("a struct<x:int>", "<row><a x='1'><x>1</x></a></row>", ["DUPLICATE_KEY:a"]),
        ("a struct<x:int>", "<row><a x='1'>t</a></row>", ["TYPE_FORMAT:a"]),
        ("a map<string,int>", "<row><a><k>1</k><l>2</l></a></row>", ([("k", 1), ("l", 2)],)),
        ("a map<string,int>", "<row><a><k>1</k><k>2</k></a></row>", ["DUPLICATE_KEY:a"]),
        ("a array<struct<x:int>>", "<row><a x='1'/><a/></row>", ([{"x": 1}, {"x": None}],)),
    ],
)
def test_an_element_as_a_type(one, columns, content, wanted):
    assert one(columns, content) == wanted


@pytest.mark.parametrize(
    ("path", "content", "wanted"),
    [
        ("@x", "<row x='1'/>", ("1",)),
        ("@x", "<row><x>1</x></row>", ["UNKNOWN_FIELD"]),
        ("x", "<row x='1'/>", ["UNKNOWN_FIELD"]),
        (".", "<row>t</row>", ("t",)),
        (".", "<row/>", ("",)),
        ("x/y", "<row><x><y>1</y></x></row>", ("1",)),
        ("x/y", "<row><x/></row>", (None,)),
        ("x/y", "<row><x>t</x></row>", ["UNKNOWN_FIELD"]),
        ("x/y", "<row><x/><x/></row>", ["DUPLICATE_KEY:a"]),
        ("x/y", "<row><x><z/></x></row>", ["UNKNOWN_FIELD"]),
        ("x/@y", "<row><x y='1'/></row>", ("1",)),
    ],
)
def test_a_column_at_a_path(one, path, content, wanted):
    assert one("a string", content, names={"a": path}) == wanted


def test_a_list_in_an_element_of_its_own_can_be_empty(one):
    assert one("a array<int>", "<row><x/></row>", names={"a": "x/y"}) == ([],)
    assert one("a array<int>", "<row/>", names={"a": "x/y"}) == (None,)


def test_the_same_element_has_a_text_and_an_attribute(one):
    names = {"p": "price", "c": "price/@currency"}
    assert one("p decimal(5,2), c string", "<row><price currency='EUR'>1.5</price></row>", names=names)[1] == "EUR"


def test_names_are_those_of_their_namespace(schema, see):
    content = b'<r xmlns="urn:d" xmlns:q="urn:q"><row><a>1</a></row><q:row q:a="2"/></r>'
    none = XmlReader(schema("a int"), "row")
    default = XmlReader(schema("a int"), "d:row", {"a": "d:a"}, extra_ignored=True, namespaces={"d": "urn:d"})
    other = XmlReader(schema("a int"), "x:row", {"a": "@x:a"}, extra_ignored=True, namespaces={"x": "urn:q"})
    every = XmlReader(schema("a int"), "row", namespaces="ignore")
    assert read(see, none, content) == "RECORDS_MISSING"
    assert [read(see, reader, content)[0] for reader in (default, other, every)] == [
        [{"a": 1}], [{"a": 2}], [{"a": 1}, {"a": 2}]
    ]  # fmt: skip


def test_rows_have_their_lines_and_their_own_bytes(schema, see):
    content = "<?xml version='1.0'?>\n<rows>\n <row><a>x</a>\n</row><row a='é'\n/>\n<row/></rows>\n".encode()
    assert read(see, XmlReader(schema("a int"), "row"), content)[1:] == (
        [6], [(3, "<row><a>x</a>\n</row>", ["TYPE_FORMAT:a"]), (4, "<row a='é'\n/>", ["TYPE_FORMAT:a"])]
    )  # fmt: skip


@pytest.mark.parametrize(
    "content", ["<rows><row>{}</row></rows>", "<rows><!-- {} --><row/></rows>", "<rows><row a='{}'/></rows>"]
)
def test_what_is_too_long_to_be_held_is_refused(schema, see, monkeypatch, content):
    monkeypatch.setattr(xml_rows, "RECORD_BYTES", 1000)
    assert (
        read(see, XmlReader(schema("a string"), "row"), content.format("x" * 2000).encode(), 100) == "RECORD_TOO_LONG"
    )


def test_a_long_head_is_no_long_record(schema, see, monkeypatch):
    monkeypatch.setattr(xml_rows, "RECORD_BYTES", 1000)
    content = f"<all><head>{'<x>y</x>' * 1000}</head><rows><row a='1'/></rows></all>".encode()
    assert read(see, XmlReader(schema("a int"), "row"), content, 100)[0] == [{"a": 1}]
