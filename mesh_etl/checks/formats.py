"""`format` of text: what the formats that the standard, JSON Schema and OpenAPI name look like, as RE2 patterns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.checks.base import ValueRule

if TYPE_CHECKING:
    import pyarrow as pa

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = rf"{_LABEL}(?:\.{_LABEL})*"
_ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = rf"{_BYTE}(?:\.{_BYTE}){{3}}"
_GROUP = "[0-9A-Fa-f]{1,4}"
_LOW = f"(?:{_GROUP}:{_GROUP}|{_IPV4})"  # the last 32 bits
_IPV6 = "|".join(
    [
        f"(?:{_GROUP}:){{6}}{_LOW}",
        f"::(?:{_GROUP}:){{5}}{_LOW}",
        f"(?:{_GROUP})?::(?:{_GROUP}:){{4}}{_LOW}",
        *(
            f"(?:(?:{_GROUP}:){{0,{before}}}{_GROUP})?::(?:{_GROUP}:){{{after}}}{_LOW}"
            for before, after in ((1, 3), (2, 2), (3, 1), (4, 0))
        ),
        f"(?:(?:{_GROUP}:){{0,5}}{_GROUP})?::{_GROUP}",
        f"(?:(?:{_GROUP}:){{0,6}}{_GROUP})?::",
    ]
)
_LEAP_YEAR = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
_DATE = (
    "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    f"|02-(?:0[1-9]|1[0-9]|2[0-8]))|{_LEAP_YEAR}-02-29)"
)
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
_DURATION_TIME = r"T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S)"
_DURATION_DATE = "(?:[0-9]+D|[0-9]+M(?:[0-9]+D)?|[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?)"
_URI_CHARACTER = "(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})"

PATTERNS = {
    # RFC 5321, without quoted local parts and addresses in brackets, which no registry of mail addresses takes.
    "email": rf"{_ATOM}(?:\.{_ATOM})*@{_HOST}",
    "hostname": _HOST,  # RFC 1123
    "ipv4": _IPV4,  # RFC 2673
    "ipv6": _IPV6,  # RFC 4291
    "uuid": "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",  # RFC 4122
    # RFC 3986: a scheme, then an authority and a path, a query, a fragment.
    "uri": rf"[A-Za-z][A-Za-z0-9+.-]*:(?://(?:{_URI_CHARACTER}|\[[0-9A-Fa-f:.]+\])*|{_URI_CHARACTER}*)"
    rf"(?:\?(?:{_URI_CHARACTER}|\?)*)?(?:#(?:{_URI_CHARACTER}|\?)*)?",
    # RFC 4648, padded: what OpenAPI calls byte.
    "byte": "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?",
    "date": _DATE,  # RFC 3339, as are the next two; leap seconds are refused
    "time": _TIME,
    "date-time": f"{_DATE}[Tt]{_TIME}",
    "duration": f"P(?:{_DURATION_DATE}(?:{_DURATION_TIME})?|{_DURATION_TIME}|[0-9]+W)",  # ISO 8601
}
LONGEST = {"email": 254, "hostname": 253}
CARRIED = ("password", "binary")  # how a value is shown, and any octets at all: nothing could break them
FORMATS = (*sorted(PATTERNS), *CARRIED)


@dataclass(frozen=True)
class Format(ValueRule):
    """The column has the shape of `format`, one of `PATTERNS`."""

    format: str

    def wrong(self, values: pa.Array) -> pa.BooleanArray | None:
        import pyarrow.compute as pc

        wrong = pc.invert(pc.match_substring_regex(values, rf"\A(?:{PATTERNS[self.format]})\z"))
        if self.format in LONGEST:
            wrong = pc.or_(wrong, pc.greater(pc.binary_length(values), LONGEST[self.format]))
        return wrong

    def text(self) -> str:
        return f"{self.column} has the format {self.format}"
