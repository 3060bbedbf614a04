"""Which characters text may hold: NFC, no control characters, no code points that Unicode says are no characters.

Tab, line feed and carriage return are layout and allowed. The other controls (C0, DEL, C1) and the 66 noncharacters
(U+FFFE, which is a byte order mark read the wrong way round, and its like) are traces of damage; `control: allow` takes
them. Invisible format characters, private use and U+FFFD are text. Codes: CONTROL_CHAR, NOT_NFC.

A column of ASCII costs two reductions over its bytes. Other text is normal when all of it together is, in one call;
only where it is not are the cells looked at one by one.
"""

from __future__ import annotations

import re
from unicodedata import is_normalized

import numpy as np
import pyarrow as pa

from mesh_etl.kernels.values.text_rules import TextRules

_PLANE_ENDS = "".join(f"{chr(plane << 16 | 0xFFFE)}-{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
_CONTROL = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef{_PLANE_ENDS}]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LAYOUT = np.frombuffer(b"\t\n\r", np.uint8)


def unfit(text: str, rules: TextRules) -> str | None:
    """The code under which the text is refused, or None: CONTROL_CHAR, NOT_NFC, ENCODING for a lone surrogate."""
    if text.isascii() and text.isprintable():
        return None
    if _SURROGATE.search(text):
        return "ENCODING"
    if not rules.control and _CONTROL.search(text):
        return "CONTROL_CHAR"
    return "NOT_NFC" if rules.nfc and not is_normalized("NFC", text) else None


def unfit_cells(text: pa.StringArray, rules: TextRules) -> dict[int, str]:
    """The code of each cell that is refused, by row."""
    offsets, data = cell_bytes(text)
    if not len(data) or (rules.control and not rules.nfc):
        return {}
    # As signed bytes everything outside ASCII is negative: one look tells C0 and other scripts.
    if data.view(np.int8).min() >= 32 and data.max() < 127:
        return {}
    suspects: set[int] = set()
    highest = data.max()
    if not rules.control:
        suspects |= _rows(offsets, _controls(data, highest))
    if rules.nfc and highest >= 0xCC and not is_normalized("NFC", data.tobytes().decode()):
        suspects |= _rows(offsets, np.flatnonzero(data >= 0xCC))  # below U+0300 every text is in the normal form
    rows = sorted(suspects)
    cells = text.take(pa.array(rows, pa.int64())).to_pylist()
    codes = ((row, unfit(cell, rules)) for row, cell in zip(rows, cells, strict=True) if cell is not None)
    return {row: code for row, code in codes if code}


def cell_bytes(text: pa.StringArray) -> tuple[np.ndarray, np.ndarray]:
    """Where the cells begin and end, and their bytes one after the other, without a copy."""
    _, offsets_buffer, data_buffer = text.buffers()
    if offsets_buffer is None or not len(text):
        return np.zeros(len(text) + 1, np.int32), np.zeros(0, np.uint8)
    offsets = np.frombuffer(offsets_buffer, np.int32)[text.offset : text.offset + len(text) + 1]
    if data_buffer is None:
        return offsets - offsets[0], np.zeros(0, np.uint8)
    return offsets - offsets[0], np.frombuffer(data_buffer, np.uint8)[offsets[0] : offsets[-1]]


def _controls(data: np.ndarray, highest: int) -> np.ndarray:
    """Where controls and noncharacters may stand; the cells decide."""
    found = [np.flatnonzero(data == 127)]
    if data.min() < 32:
        low = np.flatnonzero(data < 32)
        found.append(low[~np.isin(data[low], _LAYOUT)])
    if highest >= 0xC2:  # C1: U+0080 to U+009F
        lead = np.flatnonzero(data == 0xC2)
        found.append(lead[data[lead + 1] < 0xA0])
    if highest >= 0xEF:
        lead = np.flatnonzero(data == 0xEF)  # U+FDC0 to U+FDFF, U+FFC0 to U+FFFF
        found.append(lead[(data[lead + 1] == 0xB7) | (data[lead + 1] == 0xBF)])
        lead = np.flatnonzero(data >= 0xF0)  # the ends of the other planes
        found.append(lead[(data[lead + 2] == 0xBF) & (data[lead + 3] >= 0xBE)])
    return np.concatenate(found)


def _rows(offsets: np.ndarray, positions: np.ndarray) -> set[int]:
    rows = np.searchsorted(offsets, positions, side="right") - 1
    return {int(row) for row in np.unique(rows)}
