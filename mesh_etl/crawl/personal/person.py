"""Who people are: their names, when they were born, where they live. Mostly told by the name of the column."""

from __future__ import annotations

import re

from mesh_etl.crawl.personal.base import Kind, words

_WORD = r"[^\W\d_]+(?:['\u2019.-][^\W\d_]*)*"
_NAME = re.compile(rf"{_WORD}(?:,? {_WORD}){{0,4}}")
_CAPITAL = r"[A-ZÀ-ÖØ-Þ](?:['\u2019.-]|[^\W\d_])+"
_FULL = re.compile(rf"{_CAPITAL},? (?:{_WORD} ){{0,3}}{_CAPITAL}")
_DAY = re.compile(r"[0-9]{1,4}[-./ ][0-9]{1,2}[-./ ][0-9]{1,4}(?:[T ].*)?|[0-9]{8}")
_PLACE = re.compile(r"(?=.*[^\W\d_]).{3,200}", re.DOTALL)

NAME = Kind(
    "name of a person",
    lambda text: len(text) <= 100 and bool(_NAME.fullmatch(text)),
    words(
        "(?:first|last|middle|given|family|full|maiden|sur|fore|nick|user|person|customer|client|contact|employee|patient"
        "|guest|passenger|member|owner|author)_?names?", "surname", "vorname", "nachname", "nom", "prenom",
        "apellidos?",        "cognome",
    ),
    1.0,
)  # fmt: skip
FULL_NAME = Kind(
    "name of a person", lambda text: len(text) <= 100 and bool(_FULL.fullmatch(text)), words("names?"), 1.0
)
BIRTH = Kind(
    "date of birth",
    lambda text: bool(_DAY.fullmatch(text)),
    words(
        "birth_?(?:date|day)?",
        "(?:date|day)_?of_?birth",
        "dob",
        "birthday",
        "born(?:_?on)?",
        "geburtsdatum",
        "naissance",
    ),
    1.0,
)
ADDRESS = Kind(
    "postal address",
    lambda text: bool(_PLACE.fullmatch(text)),
    words("(?:street|home|postal|mailing|shipping|billing)_?addr(?:ess)?(?:_?line)?", "street", "addr(?:ess)?",
          "strasse", "straße"),
    1.0,
)  # fmt: skip
