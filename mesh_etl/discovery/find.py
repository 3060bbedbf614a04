"""Which products are meant by some words, the best first, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple

from mesh_etl.config.product_name import table_of
from mesh_etl.discovery.described import Described, Field, Word, word
from mesh_etl.discovery.words import stems

WEIGHTS: Mapping[Field, float] = {
    "name": 40, "business name": 30, "synonym": 30, "column": 20, "term": 15, "tag": 15, "definition": 8, "domain": 6,
    "column description": 5,
}  # fmt: skip
_EXACT = 60.0  # the words are the product's name, and nothing more
_WHOLE, _BEGINNING, _NEAR = 1.0, 0.7, 0.5
_SHORTEST = 3  # letters of a beginning
_CLOSE = 0.75
_MORE = 0.1  # what each further place counts in which a word stands


@dataclass(frozen=True)
class Found:
    """A product, how well it fits, which of the words it has, and where they stand."""

    described: Described
    score: float
    words: int
    why: tuple[str, ...]


class _Hit(NamedTuple):
    score: float
    why: str


def find(
    products: Iterable[Described],
    words: Sequence[str],
    domains: Mapping[str, str],
    domain: str = "",
    tag: str = "",
) -> tuple[list[Found], bool]:
    """The products that the words mean, the best first, and whether they have all of the words.

    Where none has all words, those are found that have some. `domains` has what each domain is about; `domain` and
    `tag` narrow the search. Without words, all products are found, by name.
    """
    wanted = list(dict.fromkeys(piece for text in words for piece in stems(text)))
    chosen = [one for one in products if (not domain or one.domain == domain) and (not tag or _tagged(one, tag))]
    about = {name: word("domain", f"{name} {text}") for name, text in domains.items()}
    placed = [(one, (*one.words, *([about[one.domain]] if one.domain in about else []))) for one in chosen]
    meant = _meant(wanted, {each for _, texts in placed for text in texts for each in text.stems})
    found = []
    for one, texts in placed:
        hits = [hit for each in wanted if (hit := _best(each, meant[each], texts)) is not None]
        if hits or not wanted:
            named = _EXACT if wanted and set(wanted) == set(stems(table_of(one.product))) else 0.0
            why = tuple(dict.fromkeys(hit.why for hit in hits))
            found.append(Found(one, named + sum(hit.score for hit in hits), len(hits), why))
    found.sort(key=lambda one: (-one.words, -one.score, one.described.product))
    whole = [one for one in found if one.words == len(wanted)]
    return (whole, True) if whole else (found, False)


def _tagged(product: Described, tag: str) -> bool:
    """Whether the product or one of its columns has the tag, or is classified so."""
    known = {one.lower() for one in (*product.tags, *(column.classification for column in product.columns))}
    return tag.lower() in known


def _meant(wanted: Iterable[str], known: set[str]) -> dict[str, dict[str, float]]:
    """For each word those that count as it, and how much: itself, those that begin so; else those spelled nearly so."""
    found: dict[str, dict[str, float]] = {}
    for each in wanted:
        like = {one: _BEGINNING for one in known if len(each) >= _SHORTEST and one.startswith(each)}
        if each in known:
            like[each] = _WHOLE
        if not like and len(each) > _SHORTEST:
            like = dict.fromkeys(get_close_matches(each, known, n=5, cutoff=_CLOSE), _NEAR)
        found[each] = like
    return found


def _best(wanted: str, like: Mapping[str, float], texts: Iterable[Word]) -> _Hit | None:
    """Where the product says the word best; that it says it elsewhere as well counts a little."""
    best, more = None, 0.0
    for text in texts:
        fitting = [(like[one], one) for one in text.stems if one in like]
        if fitting:
            share, spelled = max(fitting)
            score = share * WEIGHTS[text.field]
            more += score * _MORE
            if best is None or score > best.score:
                best = _Hit(score, _why(wanted, spelled, text, share))
    return best and best._replace(score=best.score + min(more, best.score))


def _why(wanted: str, spelled: str, text: Word, share: float) -> str:
    place = f"{text.field} {text.text}" if text.field in ("column", "synonym", "business name", "tag") else text.field
    return f"{place} (nearly '{wanted}': {spelled})" if share == _NEAR else place
