"""Damage as files meet it: bytes changed, lost or doubled, files cut off, and pieces that parsers stumble over."""

from __future__ import annotations

from hypothesis import strategies as st

PIECES = [
    b'', b'\n', b'\r', b'\r\n', b'\x00', b'\xff', b'\xef\xbb\xbf', b'\xff\xfe', b'"', b'""', b"'", b',', b';', b'\t',
    b'\\', b'\\"', b'\\u0000', b'\\ud800', b'\\uD83D\\uDE00', b'{', b'}', b'[', b']', b':', b'{}', b'[]', b'[[',
    b'}}', b'null', b'true', b'NaN', b'Infinity', b'-Infinity', b'-0', b'1e999', b'-1e-999',
    b'999999999999999999999999999999', b'000000000000000000000000000000',
    b'0.10000000000000000000000000000000000000000', b'1E5', b'+1', b'0x1F', b'1_0', b'\xc2\xa0', b'\xe2\x80\xa8',
    b'\xc2\x85', b'\xed\xa0\x80', b'\xf4\x90\x80\x80', b'\xc0\xaf', b'\xf0\x9f\x98\x80', b'e\xcc\x81', b'\xd9\xa1',
    b'\xef\xbc\x91', b'\x1b[31m', b'\x7f', b'\x0b', b'\x0c', b'\x1c', b'\x1a', b'2024-02-30', b'9999-12-31',
    b'0000-01-01', b'2024-03-31T02:30:00', b'<', b'>', b'</', b'/>', b'<a>', b'<!--', b'-->', b'<![CDATA[', b']]>',
    b'&amp;', b'&#0;', b'&x;', b"<?xml version='1.0'?>", b"<!DOCTYPE r [<!ENTITY x 'y'>]>", b" xmlns='u'",
    b'\x1f\x8b\x08', b'BZh9', b'(\xb5/\xfd', b'PK\x03\x04', b'PAR1', b'ORC', b'Obj\x01', b'\x7f\xff\xff\xff',
    b'\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01', b'\xff\xff\xff\xff\xff\xff\xff\xff',
]  # fmt: skip
PLACES = st.integers(0, 1 << 16)
DAMAGE = st.one_of(
    st.tuples(st.just("insert"), PLACES, st.sampled_from(PIECES)),
    st.tuples(st.just("put"), PLACES, st.sampled_from(PIECES)),
    st.tuples(st.just("put"), PLACES, st.binary(min_size=1, max_size=4)),
    st.tuples(st.just("flip"), PLACES, st.integers(0, 7)),
    st.tuples(st.just("drop"), PLACES, st.integers(1, 40)),
    st.tuples(st.just("cut"), PLACES, st.none()),
    st.tuples(st.just("double"), PLACES, st.integers(1, 60)),
    st.tuples(st.just("line"), PLACES, PLACES),
)


def damaged(content: bytes, damage: list[tuple[str, int, object]]) -> bytes:
    """The content with these damages, one after the other; a place counts from the begin, and round past the end."""
    for kind, place, what in damage:
        at = place % (len(content) + 1)
        if isinstance(what, bytes):
            content = content[:at] + what + content[at + (len(what) if kind == "put" else 0) :]
        elif kind == "line":
            lines = content.split(b"\n")
            lines.insert(what % (len(lines) + 1), lines[place % len(lines)])
            content = b"\n".join(lines)
        elif kind == "cut":
            content = content[:at]
        elif kind == "drop":
            content = content[:at] + content[at + what :]
        elif kind == "double":
            content = content[:at] + content[at : at + what] + content[at:]
        elif at < len(content):
            content = content[:at] + bytes([content[at] ^ (1 << what)]) + content[at + 1 :]
    return content
