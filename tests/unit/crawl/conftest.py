"""Drafts from files, and what the source and the contract's own rules refuse of the whole of these files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest

from mesh_etl.checks.planner import planned
from mesh_etl.config.job import job_model
from mesh_etl.config.yaml import parse
from mesh_etl.contract.load import Contract, understand
from mesh_etl.contract.summary import spelled
from mesh_etl.crawl import Findings, contract_text, crawl, job_text
from mesh_etl.sources.base import SourceContext


@dataclass(frozen=True)
class Draft:
    """The findings on some files with both texts, read back."""

    found: Findings
    text: str
    contract: Contract
    job: dict[str, Any]

    @property
    def types(self) -> dict[str, str]:
        return {field.name: spelled(field.type) for field in self.contract.schema}

    @property
    def source(self) -> dict[str, Any]:
        """What the job declares of the source besides the path."""
        return {key: value for key, value in self.job["source"].items() if key != "path"}

    def refused(self) -> tuple[int, Counter[str]]:
        """How many records all files have, and what would be refused of them: by the source, and by rules of rows."""
        source = job_model().model_validate(self.job).source
        required = frozenset(one.stored_name for one in self.contract.columns if one.required or one.primary_key)
        context = SourceContext(
            root=Path(), schema=self.contract.schema, required=required, evolved=frozenset(),
            where=lambda *_, **__: "", ledger=None, seen={},
        )  # fmt: skip
        opened = source.open(context)
        read, refused = 0, Counter[str]()
        for item in opened.items("source", 0):
            for parsed in opened.reader.parse(item):
                read += parsed.read
                refused.update(f"{why.rule}:{why.column}" for one in parsed.rejects for why in one.violations)
                for rule in planned(self.contract).row:
                    broken = rule.broken(parsed.batch)
                    count = pc.sum(broken).as_py() if broken is not None else 0
                    if count:
                        refused[rule.text()] += count
        return read, refused


@pytest.fixture(scope="session")
def draft() -> Callable[..., Draft]:
    """Drafts shop.visits from paths."""

    def make(*paths: Path | str, **options: Any) -> Draft:
        named = [str(path) for path in paths]
        found = crawl(named, "visits", **options)
        text = contract_text(found, "shop.visits", "web team")
        job = parse(job_text(found, "shop.visits", named[0] if len(named) == 1 else named), "job.yaml").data
        return Draft(found, text, understand(parse(text, "contract.yaml")), job)

    return make


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file: text, or bytes."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write
