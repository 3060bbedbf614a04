"""Regular expressions by RE2, which answers any pattern in linear time: no pattern of a mesh holds up a run."""

from __future__ import annotations


def found(pattern: str, text: str) -> bool:
    """Whether the pattern matches a part of the text. Raises `ValueError` where RE2 does not read the pattern."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        return bool(pc.match_substring_regex(pa.array([text], pa.string()), pattern)[0].as_py())
    except pa.ArrowInvalid as error:
        reason = str(error).removeprefix("Invalid regular expression: ").partition(":")[0]
        raise ValueError(f"is no regular expression as RE2 reads them: {reason}") from None


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern matches the whole text. Raises `ValueError` as `found` does."""
    return found(rf"\A(?:{pattern})\z", text)
