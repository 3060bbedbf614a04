"""How the characters of text files are encoded."""

from __future__ import annotations

import codecs
from typing import Annotated

from pydantic import AfterValidator

# Python knows them as encodings of text, but they are spellings of Unicode for programs, or those of one machine.
_NO_FILES = {"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"}


def _encoding(name: str) -> str:
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        raise ValueError("is no encoding; write it as in utf-8, latin-1, cp1252 or utf-16") from None
    if not getattr(found, "_is_text_encoding", True) or found.name.replace("_", "-") in _NO_FILES:
        raise ValueError("is no encoding of text files; write it as in utf-8, latin-1, cp1252 or utf-16")
    return name


Encoding = Annotated[str, AfterValidator(_encoding)]
"""The name of an encoding of text that Python knows."""
