"""Words that several commands say, and numbers and counts as people read them."""

from __future__ import annotations

from collections.abc import Sequence

NO_PRODUCT = "There is no product yet; begin with: mesh-etl init, or mesh-etl init domain.product --from sample.csv"
_UNITS = ("B", "kB", "MB", "GB", "TB")


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 file`, `12 files`, `1,024 files`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def size(octets: int) -> str:
    """Bytes in the largest unit that leaves a whole part: `9.3 MB`."""
    number, unit = float(octets), _UNITS[0]
    for unit in _UNITS:
        if number < 999.5 or unit == _UNITS[-1]:
            break
        number /= 1000
    return f"{octets} B" if unit == "B" else f"{number:.1f} {unit}"


def seconds(duration: float) -> str:
    """A duration: `0.42 s`, `1.2 s`, `2 min 5 s`."""
    if duration >= 60:
        minutes, rest = divmod(round(duration), 60)
        return f"{minutes} min {rest} s"
    return f"{duration:.2f} s" if duration < 1 else f"{duration:.1f} s"


def listed(words: Sequence[str], shown: int = 20) -> str:
    """`a, b, c`; of many words the first, and how many there are besides: `a, b and 3 more`."""
    more = len(words) - shown
    return ", ".join(words) if more <= 0 else f"{', '.join(words[:shown])} and {more:,} more"


def spans(numbers: Sequence[int]) -> str:
    """Numbers in order, those that follow each other as one: `1-4, 7`."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return listed([str(first) if first == last else f"{first}-{last}" for first, last in runs])
