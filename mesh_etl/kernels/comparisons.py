"""The signs of a comparison, as functions of Arrow."""

from __future__ import annotations

from typing import Any

import pyarrow.compute as pc

COMPARED: dict[str, Any] = {
    "=": pc.equal,
    "<>": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}
