"""Text of others, such as the name of a file or of a column in it, as a terminal may be given it."""

from __future__ import annotations

import json
import re

# Control characters but tab and line feed, of C1 too; what turns text around, hides in it, or separates lines.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e0fff]"
)


def visible(text: str) -> str:
    """The text with every character that a terminal obeys, or does not show, in place of itself as its escape.

    Source: https://www.unicode.org/reports/tr36/, on text that is shown otherwise than it is stored.
    """
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def visible_json(text: str) -> str:
    """The JSON with the same data, in which these characters are escapes of JSON."""
    return _UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], text)
