"""`mask`: values that may not be read, replaced before anything is written."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from mesh_etl.config.model import Model
from mesh_etl.config.secret import SecretRef
from mesh_etl.errors import Fault, PlanError, RunError
from mesh_etl.transforms.base import Context, Transform, transform
from mesh_etl.transforms.columns import Names, column, keep, require
from mesh_etl.transforms.trace import business

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

_BLOCK = 64  # bytes, of SHA-256
# Types that every engine writes as the same text.
_SPELLED = {"string", "binary", "boolean", "tinyint", "smallint", "int", "bigint", "date"}


class Hmac(Model):
    """The hexadecimal HMAC-SHA256 of the value: equal values stay equal, and nobody without the key can try values."""

    type: Literal["hmac"] = "hmac"
    key: SecretRef = Field(description="Where the key is: `{secret: env:NAME}`.")


class Redact(Model):
    """A fixed text in place of every value; NULL stays NULL."""

    type: Literal["redact"] = "redact"
    value: str = Field(default="***", description="The text.")


class Erase(Model):
    """NULL in place of every value."""

    type: Literal["erase"] = "erase"


@transform
class Mask(Transform):
    """Replace the values of columns by a keyed hash, by a fixed text or by NULL.

    - {type: mask, columns: [phone], method: {type: hmac, key: {secret: env:MASK_KEY}}}
    """

    type: Literal["mask"] = "mask"
    columns: Names = Field(min_length=1, description="The columns to mask.")
    method: Annotated[Hmac | Redact | Erase, Field(discriminator="type")] = Field(description="What takes their place.")

    def apply(self, df: DataFrame, context: Context) -> DataFrame:
        """The masked frame; raises `PlanError` MASK_TYPE for a type it cannot take, `RunError` without a key."""
        require(df, self.columns, f"{context.place}.columns")
        kinds = dict(df.dtypes)
        self._require_types(kinds, f"{context.place}.columns")
        pads = _pads(self._key(self.method, context)) if isinstance(self.method, Hmac) else ("", "")
        return keep(
            df,
            (
                self._masked(name, kinds[name], pads).alias(name) if name in self.columns else column(name)
                for name in business(df)
            ),
        )

    def _masked(self, name: str, kind: str, pads: tuple[str, str]) -> Column:
        from pyspark.sql import functions as F

        if isinstance(self.method, Redact):
            return F.when(column(name).isNotNull(), F.lit(self.method.value))
        if isinstance(self.method, Erase):
            return F.lit(None).cast(kind)
        message = column(name) if kind == "binary" else column(name).cast("string").cast("binary")
        inner, outer = (F.unhex(F.lit(pad)) for pad in pads)
        return F.sha2(F.concat(outer, F.unhex(F.sha2(F.concat(inner, message), 256))), 256)

    def _require_types(self, kinds: dict[str, str], where: str) -> None:
        allowed = {"hmac": _SPELLED, "redact": {"string"}, "erase": set(kinds.values())}[self.method.type]
        faults = []
        for name in self.columns:
            kind = kinds[name]
            if kind not in allowed and not (self.method.type == "hmac" and kind.startswith("decimal")):
                problem = f"'{name}' is {kind}, which '{self.method.type}' cannot mask"
                faults.append(Fault("MASK_TYPE", problem, where, "cast it to string first, or use 'erase'"))
        if faults:
            raise PlanError(*faults)

    def _key(self, method: Hmac, context: Context) -> bytes:
        key = context.secret(method.key.secret).encode()
        if not key:
            raise RunError(Fault("SECRET_EMPTY", "the key is empty", f"{context.place}.method.key", "set a long key"))
        return key


def _pads(key: bytes) -> tuple[str, str]:
    """The two blocks that HMAC puts before the message, in hexadecimal. Source: RFC 2104, section 2."""
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in block).hex(), bytes(byte ^ 0x5C for byte in block).hex()
