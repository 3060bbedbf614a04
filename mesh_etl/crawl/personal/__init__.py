"""Likely personal data, told by shapes, check digits and the names of columns; always to be confirmed by people."""

from __future__ import annotations

from collections.abc import Sequence

from mesh_etl.crawl.personal.base import Evidence, Kind, words
from mesh_etl.crawl.personal.contact import EMAIL, IP_ADDRESS, NATIONAL_PHONE, PHONE
from mesh_etl.crawl.personal.ids import (
    br_cpf,
    de_steuer_id,
    es_dni,
    fr_nir,
    it_codice_fiscale,
    nl_bsn,
    pl_pesel,
    uk_nino,
    us_ssn,
)
from mesh_etl.crawl.personal.money import CARD, IBAN
from mesh_etl.crawl.personal.person import ADDRESS, BIRTH, FULL_NAME, NAME

__all__ = ["KINDS", "Evidence", "Kind", "personal"]

_ID = "restricted"
KINDS = (
    EMAIL,
    IBAN,
    CARD,
    Kind("French social security number", fr_nir.holds, words("nir", "insee", "secu"), 0.005, _ID),
    Kind("Italian tax code", it_codice_fiscale.holds, words("cf", "codice_?fiscale"), 0.001, _ID),
    Kind("Spanish identity number", es_dni.holds, words("dni", "nie", "nif"), 0.04, _ID),
    Kind("Brazilian taxpayer number", br_cpf.holds, words("cpf"), 0.01, _ID),
    Kind("Polish identification number", pl_pesel.holds, words("pesel"), 0.05, _ID),
    Kind("German tax identification number", de_steuer_id.holds, words("steuer_?id", "idnr", "tin"), 0.05, _ID),
    Kind("Dutch citizen service number", nl_bsn.holds, words("bsn", "sofi"), 0.1, _ID),
    Kind("UK National Insurance number", uk_nino.holds, words("nino?", "national_?insurance"), 0.01, _ID),
    Kind("US Social Security number", us_ssn.holds, words("ssn", "social_?security(?:_?(?:no|number))?"), 0.01, _ID),
    IP_ADDRESS,
    PHONE,
    NATIONAL_PHONE,
    BIRTH,
    NAME,
    FULL_NAME,
    ADDRESS,
)


def personal(column: str, values: Sequence[str]) -> Evidence | None:
    """The likeliest kind of personal data in the column, or None; `values` are different from each other."""
    found = [evidence for kind in KINDS if (evidence := kind.found_in(column, values))]
    return max(found, key=lambda one: (one.hinted, -one.chance, one.passing), default=None)
