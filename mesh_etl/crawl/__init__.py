"""The crawler: from files to the draft of a contract and a job, with the evidence for each line of it."""

from __future__ import annotations

from mesh_etl.crawl.classify import Classifiers
from mesh_etl.crawl.crawl import crawl
from mesh_etl.crawl.draft import contract_text, job_text
from mesh_etl.crawl.findings import Column, Findings

__all__ = ["Classifiers", "Column", "Findings", "contract_text", "crawl", "job_text"]
