"""`checksum`: numbers that carry a check digit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from mesh_etl.checks.custom.base import CheckContext, ValueCheck, check

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

Algorithm = Literal["luhn", "gtin", "iban", "lei"]
_SHAPES = {
    "luhn": "^[0-9]{2,40}$",
    "gtin": "^(?:[0-9]{8}|[0-9]{12,14})$",
    "iban": "^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$",
    "lei": "^[A-Z0-9]{18}[0-9]{2}$",
}


@check
class Checksum(ValueCheck):
    """The text is a number whose check digits are right: written without spaces, letters in upper case.

    `luhn` is that of payment cards (ISO/IEC 7812), `gtin` that of EAN and UPC (GS1, 8 and 12 to 14 digits), `iban` that
    of bank accounts (ISO 13616) and `lei` that of legal entities (ISO 17442). NULL passes.

        implementation: {check: checksum, algorithm: iban}
    """

    type: Literal["checksum"] = "checksum"
    algorithm: Algorithm = Field(description="Which numbers they are: luhn, gtin, iban or lei.")

    def refusal(self, context: CheckContext) -> tuple[str, str] | None:
        if context.spot is not None and context.spot.type.ddl() != "string":
            return "a checksum is for text: a number has lost its leading zeros", "store the column as a string"
        return super().refusal(context)

    def wrong(self, values: pa.Array) -> pa.BooleanArray | None:
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        shaped = pc.match_substring_regex(values, _SHAPES[self.algorithm])
        known = pc.fill_null(shaped, False).to_numpy(zero_copy_only=False)
        right = np.zeros(len(values), bool)
        right[known] = self._holds(values.filter(pa.array(known)))
        return pa.array(~right, mask=values.is_null().to_numpy(zero_copy_only=False))

    def _holds(self, texts: pa.Array) -> np.ndarray:
        import pyarrow.compute as pc

        if self.algorithm == "luhn":
            return _luhn(_digits(texts))
        if self.algorithm == "gtin":
            return _gtin(_digits(texts))
        if self.algorithm == "iban":
            head, tail = pc.utf8_slice_codeunits(texts, 0, 4), pc.utf8_slice_codeunits(texts, 4)
            texts = pc.binary_join_element_wise(tail, head, "")
        return _mod97(_characters(texts))


def _characters(texts: pa.Array) -> np.ndarray:
    """The ASCII codes: a row for each text, as wide as the longest, with zeros to the left."""
    import numpy as np
    import pyarrow.compute as pc

    width = pc.max(pc.binary_length(texts)).as_py() or 0
    if not width:
        return np.zeros((0, 1), np.uint8)
    characters = np.frombuffer(pc.ascii_lpad(texts, width, "\0").buffers()[2], np.uint8)
    return characters[: len(texts) * width].reshape(len(texts), width)


def _digits(texts: pa.Array) -> np.ndarray:
    import numpy as np

    found: np.ndarray = np.maximum(_characters(texts), ord("0")) - ord("0")
    return found


def _luhn(digits: np.ndarray) -> np.ndarray:
    import numpy as np

    doubled = np.array([0, 2, 4, 6, 8, 1, 3, 5, 7, 9], np.uint8)
    sums = digits[:, ::-2].sum(axis=1) + doubled[digits[:, -2::-2]].sum(axis=1)
    right: np.ndarray = sums % 10 == 0
    return right


def _gtin(digits: np.ndarray) -> np.ndarray:
    sums = digits[:, ::-2].sum(axis=1) + 3 * digits[:, -2::-2].sum(axis=1)
    right: np.ndarray = sums % 10 == 0
    return right


def _mod97(characters: np.ndarray) -> np.ndarray:
    """Whether the text, with A to Z as 10 to 35, is 1 modulo 97 (ISO 7064, MOD 97-10)."""
    import numpy as np

    codes = np.arange(128, dtype=np.int32)
    values = np.where(codes >= ord("A"), codes - ord("A") + 10, np.maximum(codes - ord("0"), 0))
    shifts = np.where(codes >= ord("A"), 100, np.where(codes >= ord("0"), 10, 1)).astype(np.int32)
    rest = np.zeros(len(characters), np.int32)
    for column in np.ascontiguousarray(characters.T):
        rest = (rest * shifts[column] + values[column]) % 97
    right: np.ndarray = rest == 1
    return right
