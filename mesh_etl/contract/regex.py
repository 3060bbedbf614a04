"""Which patterns can be checked: those of RE2, which answers in linear time and so knows no lookaround."""

from __future__ import annotations

import re
import warnings

_REFUSED_GROUPS = {
    "?=": "a lookahead", "?!": "a lookahead", "?<=": "a lookbehind", "?<!": "a lookbehind",
    "?>": "an atomic group", "?(": "a condition", "?P=": "a backreference", "?#": "a comment",
}  # fmt: skip
_POSSESSIVE = re.compile(r"[*+?}]\+")
_REPEAT = re.compile(r"\{(\d+)(?:,(\d*))?\}")
_MOST_REPEATS = 1000
_LONGEST = 5000
# What RE2 knows and Python does not: classes by property, and code points in braces.
_RE2_ONLY = re.compile(r"\\[pP](\{\^?[A-Za-z_]+\}|[A-Z])|\\x\{[0-9A-Fa-f]{1,6}\}")
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?:\?[^()]*?[:>])?|\)|\{\d+(?:,\d*)?\}|.", re.DOTALL)


def refusal(pattern: str) -> str | None:
    """Why the pattern cannot be checked, or None where it can."""
    if len(pattern) > _LONGEST:
        return f"the pattern is longer than {_LONGEST:,} characters"
    plain, reason = _plain(pattern)
    if reason:
        return reason
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # '[[' means the same to RE2 as it does to Python today
            re.compile(plain)
    except (re.error, OverflowError, RecursionError) as error:
        return f"the pattern is not a regular expression: {getattr(error, 'msg', 'it is too large')}"
    if _most_repeats(plain) > _MOST_REPEATS:
        return f"the pattern repeats a part more than {_MOST_REPEATS} times"
    return None


def _plain(pattern: str) -> tuple[str, str | None]:
    """The pattern with what only RE2 knows replaced by what Python knows, and why RE2 refuses it."""
    out, at, in_class = "", 0, False
    while at < len(pattern):
        rest = pattern[at:]
        if rest[0] == "\\":
            piece, reason = _escape(rest, in_class)
        elif in_class:
            piece, reason = rest[0], None
            in_class = rest[0] != "]" or _opens(pattern, at)
        elif rest[0] == "[":
            piece, reason, in_class = "[", None, True
        else:
            piece, reason = _outside(rest)
        if reason:
            return "", reason
        out += "x" if _RE2_ONLY.fullmatch(piece) else "\\Z" if piece == "\\z" else piece
        at += len(piece)
    return out, None


def _opens(pattern: str, at: int) -> bool:
    return pattern[at - 1] == "[" or pattern[at - 2 : at] == "[^"


def _escape(rest: str, in_class: bool) -> tuple[str, str | None]:
    if known := _RE2_ONLY.match(rest):
        return known[0], None
    after = rest[1:2]
    if after in "123456789" and after and not in_class:
        return "", "the pattern uses a backreference, which cannot be checked"
    if in_class and after and after in "123456789bBAzZ":
        return "", f"the pattern has \\{after} inside brackets, where it stands for nothing"
    if not after.isascii() or after in ("u", "U", "N"):
        return "", "the pattern has an unknown escape: write the character itself, or its code as \\x{e9}"
    if after == "Z":
        return "", "the pattern uses \\Z: write \\z or $"
    return rest[:2], None


def _outside(rest: str) -> tuple[str, str | None]:
    for start, name in _REFUSED_GROUPS.items():
        if rest.startswith("(" + start):
            return "", f"the pattern uses {name}, which cannot be checked"
    if _POSSESSIVE.match(rest):
        return "", "the pattern uses a possessive repetition, which cannot be checked"
    return rest[0], None


def _most_repeats(pattern: str) -> int:
    """How often the innermost part is repeated at most, by counts that are nested in each other."""
    most, groups, last = 1, [1], 1
    for token in _TOKEN.findall(pattern):
        if token[0] == "(":
            groups.append(1)
            continue
        if token == ")" and len(groups) > 1:
            last = groups.pop()
        elif repeat := _REPEAT.fullmatch(token):
            last *= max(int(repeat[1]), int(repeat[2] or 0))
        elif token not in "*+?":
            last = 1
        groups[-1] = max(groups[-1], last)
        most = max(most, last)
    return most
