"""How long refused rows are kept."""

from __future__ import annotations

import datetime
import re

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from mesh_etl.config.model import Model

_DAYS = "^[1-9][0-9]{0,4}d$"


class KeptRows(Model):
    """The rows that runs refuse, which may hold personal data as it was delivered."""

    keep: str | None = Field(
        default=None,
        pattern=_DAYS,
        description="For how many days refused rows are kept, as in 90d. Older ones are neither shown nor replayed, "
        "and `mesh-etl quarantine expire` removes them. Default: for good.",
    )

    @field_validator("keep", mode="before")
    @classmethod
    def _is_in_days(cls, value: object) -> object:
        if isinstance(value, str) and not re.fullmatch(_DAYS, value):
            raise PydanticCustomError("bad_format", "is no number of days", {"fix": "write it as in 90d"})
        return value

    @property
    def age(self) -> datetime.timedelta | None:
        """The age after which rows are no longer kept, None for never."""
        return None if self.keep is None else datetime.timedelta(days=int(self.keep.removesuffix("d")))
