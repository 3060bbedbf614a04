"""The compact protocol of Thrift as far as a Parquet footer needs it: structs are taken apart and put together.

See thrift-compact-protocol.md of Apache Thrift. A value stays the bytes that it has in the protocol, so that what is
not understood is passed on as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

I32, I64, BINARY, LIST, STRUCT = 5, 6, 8, 9, 12
_TRUE, _FALSE, _BYTE, _I16, _DOUBLE, _SET = 1, 2, 3, 4, 7, 10
_LONG_LIST = 15  # so many items, and their number is told apart

Fields = dict[int, tuple[int, bytes]]  # by the field's number: the type and the value


def number(value: int) -> bytes:
    """An integer of any width, as zigzag varint."""
    return _varint(value << 1 if value >= 0 else (-value << 1) - 1)


def binary(value: bytes) -> bytes:
    """Bytes or text."""
    return _varint(len(value)) + value


def items(kind: int, values: Sequence[bytes]) -> bytes:
    """A list of values of one type."""
    if len(values) < _LONG_LIST:
        return bytes([len(values) << 4 | kind]) + b"".join(values)
    return bytes([0xF0 | kind]) + _varint(len(values)) + b"".join(values)


def struct(fields: Mapping[int, tuple[int, bytes]]) -> bytes:
    """A struct with these fields; each number is at most 15 above the one before."""
    found, last = bytearray(), 0
    for field in sorted(fields):
        kind, value = fields[field]
        found.append((field - last) << 4 | kind)
        found += value
        last = field
    found.append(0)
    return bytes(found)


def parsed(data: bytes, at: int = 0) -> Fields:
    """The fields of the struct that begins there. Raises `ValueError` and `IndexError` for what is no struct."""
    return {field: (kind, data[start:end]) for field, kind, start, end in _fields(data, at)}


def listed(data: bytes, at: int = 0) -> list[bytes]:
    """The items of the list that begins there."""
    size, kind, at = _list_header(data, at)
    found = []
    for _ in range(size):
        end = _end(data, at, kind)
        found.append(data[at:end])
        at = end
    return found


def begin(data: bytes, at: int, field: int) -> int:
    """Where the value of a field of the struct at `at` begins. Raises `ValueError` if the struct does not have it."""
    found = 0
    while header := data[at]:
        found += header >> 4
        at += 1
        if found == field:
            return at
        at = _end(data, at, header & 15) if header & 15 not in (_TRUE, _FALSE) else at
    raise ValueError(f"no field {field}")


def item(data: bytes, at: int, index: int) -> int:
    """Where an item of the list at `at` begins."""
    _, kind, at = _list_header(data, at)
    for _ in range(index):
        at = _end(data, at, kind)
    return at


def integer(data: bytes) -> int:
    """The integer that these bytes are."""
    value, _ = _unsigned(data, 0)
    return value >> 1 if not value & 1 else -(value >> 1) - 1


def text(data: bytes) -> bytes:
    """The content of bytes or text."""
    size, at = _unsigned(data, 0)
    return data[at : at + size]


def ends(data: bytes) -> dict[int, int]:
    """Where in `data` each field of the struct that it begins with ends."""
    return {field: end for field, _, _, end in _fields(data, 0)}


def _fields(data: bytes, at: int) -> Iterable[tuple[int, int, int, int]]:
    field = 0
    while header := data[at]:
        at += 1
        if header >> 4:
            field += header >> 4
        else:
            field, at = _unsigned(data, at)
            field >>= 1
        kind = header & 15
        end = at if kind in (_TRUE, _FALSE) else _end(data, at, kind)
        yield field, kind, at, end
        at = end


def _end(data: bytes, at: int, kind: int) -> int:
    """Where the value that begins there ends."""
    if kind in (_I16, I32, I64):
        while data[at] > 127:
            at += 1
        return at + 1
    if kind == BINARY:
        size, at = _unsigned(data, at)
        return at + size
    if kind == STRUCT:
        return _struct_end(data, at)
    if kind in (LIST, _SET):
        size, kind, at = _list_header(data, at)
        for _ in range(size):
            at = _end(data, at, kind)
        return at
    if kind in (_TRUE, _FALSE, _BYTE):  # in a list, a truth value takes a byte
        return at + 1
    if kind == _DOUBLE:
        return at + 8
    raise ValueError(f"type {kind} is in no footer")


def _struct_end(data: bytes, at: int) -> int:
    while header := data[at]:
        at += 1
        if not header >> 4:  # the field's number is told apart
            _, at = _unsigned(data, at)
        kind = header & 15
        if kind not in (_TRUE, _FALSE):
            at = _end(data, at, kind)
    return at + 1


def _list_header(data: bytes, at: int) -> tuple[int, int, int]:
    size, kind = data[at] >> 4, data[at] & 15
    if size < _LONG_LIST:
        return size, kind, at + 1
    size, at = _unsigned(data, at + 1)
    return size, kind, at


def _unsigned(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    found.append(value)
    return bytes(found)
