"""From the text of a ruleset to its rules.

The grammar is that of https://docs.aws.amazon.com/glue/latest/dg/dqdl.html. What is DQDL and has no counterpart here
is told apart from what is no DQDL: the first becomes a rule with a reason why it is not executed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mesh_etl.checks.dqdl.tokens import Malformed, Token, tokens

KEYWORDS = ("NULL", "EMPTY", "WHITESPACES_ONLY")
_COMPARISONS = ("=", "!=", ">", ">=", "<", "<=")
_OPENING, _CLOSING = {"[": "]", "(": ")", "{": "}"}, ("]", ")", "}")


@dataclass(frozen=True)
class Keyword:
    """One of `KEYWORDS`."""

    name: str


Operand = Decimal | str | Keyword


@dataclass(frozen=True)
class Condition:
    """An operator, such as `>=`, `between` or `not in`, and what it compares with."""

    operator: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True)
class DqdlRule:
    """One rule: its type, the names it is about, what must hold of them, and of which share of the rows.

    `foreign` says why the rule has no counterpart here, where the way that it is written already tells.
    """

    type: str
    parameters: tuple[str, ...] = ()
    condition: Condition | None = None
    threshold: Condition | None = None
    foreign: str = ""


class Foreign(Exception):
    """The rule is DQDL, and nothing here means the same."""


def ruleset(source: str) -> Iterator[DqdlRule]:
    """The rules of a document `Rules = [ ... ]`, or the one rule that the text is. Raises `Malformed`."""
    words: Sequence[Token] = tokens(source)
    _check_brackets(words)
    if not words:
        raise Malformed("there is no rule", 0)
    if [word.value for word in words[1:2]] != ["="]:
        yield from _rules(words)
        return
    while words:
        section, words = _section(words, len(source))
        if section[0].value == "Rules":
            for rule in _split(section[3:-1], ","):
                yield from _rules(rule)
        else:
            yield DqdlRule(section[0].value, foreign=f"'{section[0].value}' is not read, only 'Rules' is")


def _check_brackets(words: Sequence[Token]) -> None:
    open_: list[Token] = []
    for word in words:
        if word.kind == "sign" and word.value in _OPENING:
            open_.append(word)
        elif word.kind != "sign" or word.value not in _CLOSING:
            continue
        elif not open_ or _OPENING[open_.pop().value] != word.value:
            raise Malformed(f"'{word.value}' closes nothing", word.start)
    if open_:
        raise Malformed(f"'{open_[-1].value}' is not closed", open_[-1].start)


def _section(words: Sequence[Token], end: int) -> tuple[Sequence[Token], Sequence[Token]]:
    """`name = [ ... ]` or `name = value` at the beginning, and what follows it."""
    if len(words) < 3 or words[0].kind != "word" or words[1].value != "=":
        raise Malformed("a section such as 'Rules = [ ... ]' is expected", words[0].start)
    if words[0].value == "Rules" and words[2].value != "[":
        raise Malformed("'[' is expected", words[2].start if len(words) > 2 else end)
    depth = 0
    for index, word in enumerate(words[2:], 2):
        depth += word.kind == "sign" and word.value in _OPENING
        depth -= word.kind == "sign" and word.value in _CLOSING
        if not depth:
            return words[: index + 1], words[index + 1 :]
    raise Malformed("the section does not end", end)


def _split(words: Sequence[Token], *separators: str) -> Iterator[Sequence[Token]]:
    """The parts between separators that stand in no bracket; none of them is empty."""
    depth, first = 0, 0
    for index, word in enumerate(words):
        depth += word.kind == "sign" and word.value in _OPENING
        depth -= word.kind == "sign" and word.value in _CLOSING
        if not depth and word.kind != "text" and word.value in separators:
            if first == index or index + 1 == len(words):
                raise Malformed(f"a rule is missing beside '{word.value}'", word.start)
            yield words[first:index]
            first = index + 1
    if words:
        yield words[first:]


def _rules(words: Sequence[Token]) -> Iterator[DqdlRule]:
    """The rules that `and` connects; those that `or` connects have no counterpart."""
    if words[0].value != "(" or words[0].kind != "sign":
        yield _rule(words)
        return
    if len(list(_split(words, "or", "OR"))) > 1:
        yield DqdlRule("or", foreign="rules that 'or' connects are not executed")
        return
    for part in _split(words, "and", "AND"):
        if len(part) < 3 or part[0].value != "(" or part[-1].value != ")":
            raise Malformed("'and' connects rules in parentheses", part[0].start)
        yield from _rules(part[1:-1])


def _rule(words: Sequence[Token]) -> DqdlRule:
    kind = words[0]
    if kind.kind != "word":
        raise Malformed("the type of a rule is expected, such as IsComplete", kind.start)
    reader = _Reader(words[1:], words[-1].end)
    try:
        parameters = tuple(reader.parameters())
        condition = reader.condition()
        return DqdlRule(kind.value, parameters, condition, reader.threshold())
    except Foreign as foreign:
        return DqdlRule(kind.value, foreign=str(foreign))


class _Reader:
    """Reads what follows the type of a rule."""

    def __init__(self, words: Sequence[Token], end: int) -> None:
        self.words, self.at, self.end = words, 0, end

    def peek(self) -> Token:
        return self.words[self.at] if self.at < len(self.words) else Token("end", "", self.end, self.end)

    def take(self, *values: str) -> bool:
        """Whether the next word is one of these; then it is behind us."""
        found = self.peek()
        if found.kind in ("word", "sign") and found.value in values:
            self.at += 1
            return True
        return False

    def parameters(self) -> Iterator[str]:
        while self.peek().kind in ("text", "word"):
            word = self.peek()
            if word.kind == "word" and word.value in ("between", "in", "not", "matches", "with", "where"):
                return
            self.at += 1
            if word.kind == "text" or word.value not in ("of", "and"):
                yield word.value

    def condition(self) -> Condition | None:
        word = self.peek()
        if self.take(*_COMPARISONS):
            return Condition(word.value, (self.operand(),))
        negated = "not " if self.take("not") else ""
        if self.take("between"):
            low = self.operand()
            if not self.take("and", "AND"):
                raise Malformed("'and' is expected", self.peek().start)
            return Condition(f"{negated}between", (low, self.operand()))
        if self.take("in"):
            return Condition(f"{negated}in", tuple(self.listed()))
        if self.take("matches"):
            return Condition(f"{negated}matches", (self.operand(),))
        if negated:
            raise Malformed("'between', 'in' or 'matches' is expected", self.peek().start)
        return None

    def operand(self) -> Operand:
        word = self.peek()
        sign = -1 if self.take("-") else 1
        number = self.peek()
        if number.kind == "number":
            self.at += 1
            following = self.peek()
            if following.kind == "sign" and following.value in "+-*/":
                raise Foreign("it calculates")
            if following.kind == "word" and following.value not in ("and", "AND", "with", "where"):
                raise Foreign(f"it compares with a number of {following.value}")
            return sign * Decimal(number.value)
        if word.kind == "text":
            self.at += 1
            return word.value
        if word.kind == "word" and word.value in KEYWORDS:
            self.at += 1
            return Keyword(word.value)
        if word.kind == "word" or word.value in ("(", "$"):
            raise Foreign("it compares with what is computed when it runs, such as now() or last(5)")
        raise Malformed("a value is expected", word.start)

    def listed(self) -> Iterator[Operand]:
        if self.peek().value == "$":
            raise Foreign("it names a constant")
        if not self.take("["):
            raise Malformed("'[' is expected", self.peek().start)
        yield self.operand()
        while self.take(","):
            yield self.operand()
        if not self.take("]"):
            raise Malformed("',' or ']' is expected", self.peek().start)

    def threshold(self) -> Condition | None:
        found = None
        if self.take("where"):
            raise Foreign("it has a where clause")
        while self.take("with"):
            tag = self.peek()
            self.at += 1
            if tag.value != "threshold":
                raise Foreign(f"it has the tag '{tag.value}'")
            found = self.condition()
            if found is None:
                raise Malformed("a comparison is expected", self.peek().start)
        if self.peek().kind != "end":
            raise Malformed("the rule should end here", self.peek().start)
        return found
