"""Social Security numbers of the United States.

Source: Social Security Administration, "Social Security Number Randomization" (2011): areas 000, 666 and 900 to 999,
group 00 and serial 0000 are never given out. There is no check digit.
"""

from __future__ import annotations

import re

_FORM = re.compile(r"(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}")


def holds(text: str) -> bool:
    """Whether the text is a number that can have been given out, written with its two hyphens."""
    return bool(_FORM.fullmatch(text))
