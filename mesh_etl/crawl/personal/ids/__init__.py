"""Numbers by which states know people, one file per country: each tells whether a text can be one."""

from __future__ import annotations

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

__all__ = [
    "br_cpf",
    "de_steuer_id",
    "es_dni",
    "fr_nir",
    "it_codice_fiscale",
    "nl_bsn",
    "pl_pesel",
    "uk_nino",
    "us_ssn",
]
