"""Small projects for cases, and what carries a test's own kernels to an engine's workers."""

from __future__ import annotations

import datetime
import decimal
import json
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mesh_etl import worlds
from mesh_etl.config import load
from mesh_etl.expressions import Expression
from mesh_etl.pipeline import run_job
from mesh_etl.plan.build import ledger_of
from mesh_etl.publish import Report
from mesh_etl.upkeep.delete import delete
from tests.engine.given import write
from tests.engine.together import together

ALONE = 20  # on engine spark, one case of this many has its jobs for itself


def share(cases, kept):
    """The cases on the embedded engine, and one of `kept` elsewhere: what they ask is not about the engine."""
    cases = list(cases)
    return cases if os.environ.get("MESH_ENGINE", "embedded") == "embedded" else cases[::kept]


def of_kernels(cases, kept=4):
    """The cases, and on Spark 3.5 one of `kept`: what a kernel answers is not about who has started its process."""
    cases = list(cases)
    if os.environ.get("MESH_ENGINE", "embedded") == "embedded":
        return cases
    import pyspark

    return cases[::kept] if pyspark.__version__.startswith("3.") else cases


@pytest.fixture
def by_value():
    """Makes a kernel of a test module reach a worker, which cannot import the module."""

    def wrap(kernel):
        from types import FunctionType

        plain = FunctionType(kernel.__code__, {"__builtins__": __builtins__}, kernel.__name__)
        plain.__module__ = "__main__"
        return plain

    return wrap


class Project:
    """A mesh with one domain `d` in a temporary folder, made from the values that a case states."""

    def __init__(self, root: Path, engine: Any) -> None:
        self.root, self.engine = root, engine
        self._write(
            "configs/mesh.yaml",
            {
                "name": "cases",
                "warehouse": "${warehouse}",
                "versioning": "free",  # cases change contracts at will
                "domains": {"d": {"owner": "o"}},
            },
        )
        env = {"world": {"type": "local", "home": ".mesh"}, "values": {"warehouse": "warehouse"}}
        self._write("configs/env/local.yaml", env)

    def define(self, product: str, table: Mapping[str, Any], job: Mapping[str, Any]) -> None:
        """Contract and job of `d.<product>`; columns may be `name: type`, and any share of rows may be rejected."""
        columns = table.get("columns", {})
        properties = [{"name": name, "physicalType": kind} for name, kind in columns.items()]
        schema = {"name": product, "properties": [*properties, *table.get("properties", [])]}
        schema |= {key: table[key] for key in ("quality", "relationships") if key in table}
        contract = {
            "apiVersion": "v3.1.0",
            "kind": "DataContract",
            "id": product,
            "version": "1.0.0",
            "status": "active",
        }
        contract |= {"schema": [schema]} | {key: table[key] for key in ("slaProperties",) if key in table}
        self._write(f"configs/d/{product}/contract.yaml", contract)
        job = {"product": f"d.{product}", "checks": {"max_rejected": "100%"}, "target": {"mode": "replace"}, **job}
        self._write(f"configs/d/{product}/job.yaml", job)

    def put(self, files: Mapping[str, Any]) -> None:
        """Input files in the forms of `given.py`; null removes one."""
        for name, content in files.items():
            write(self.root / name, content)

    def run(self, product: str, at: str = "") -> Any:
        """The report of one run of `d.<product>` through all four steps, now or at a moment of UTC."""
        job = load(f"d.{product}", self.root, "local")
        moment = datetime.datetime.fromisoformat(at).replace(tzinfo=datetime.UTC) if at else None
        return run_job(job, self.engine, worlds.open(job.project.env, job.project.root), moment=moment)

    def delete(self, product: str, where: str) -> Report:
        """The report on `d.<product>` after the rows have left it for which the condition is true."""
        job = load(f"d.{product}", self.root, "local")
        world = worlds.open(job.project.env, job.project.root)
        found = delete(job, self.engine, world, Expression.parse(where))
        ledger = ledger_of(job, job.product)
        snapshot = ledger.snapshot()
        outcome = "published" if found.version else "nothing new"
        return Report(job.product, outcome, snapshot.entry, snapshot, ledger.layout.root, ())

    def _write(self, name: str, content: Any) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, default=str), encoding="utf-8")


@pytest.fixture(scope="session")
def project(engine, tmp_path_factory):
    """Makes empty projects, on the engine of the suite unless another is given."""

    def make(on: Any = engine) -> Project:
        return Project(tmp_path_factory.mktemp("project"), on)

    return make


@pytest.fixture
def lake(engine, s3, s3_environment):
    """The bucket `lake`, which the workers of the engine can reach as well."""
    workers = engine.session().sparkContext.environment if engine.name == "spark" else {}
    before = dict(workers)
    workers |= s3_environment
    yield s3
    workers.clear()
    workers |= before


@pytest.fixture(scope="module")
def played(request, engine, project):
    """The outcomes, by test, of those that share their jobs: see `outcome`."""
    if engine.name != "spark":
        return {}
    chosen = [test for test in request.session.items if test.module is request.module and _has_outcome(test)]
    return together(engine, {test.name: _play(test, project) for number, test in enumerate(chosen) if number % ALONE})


@pytest.fixture
def outcome(request, played, engine, project):
    """Call it for what `play(project, …)` of the module returned for the test's parameters, or raised.

    On engine spark a job takes many times what a case takes. There the cases share their jobs (see `together.py`), but
    for some, evenly spread, which have the engine for themselves.
    """
    name = request.node.name

    def found() -> Any:
        result = played[name] if name in played else _play(request.node, project)(engine)
        if isinstance(result, BaseException):
            raise result
        return result

    return found


def _has_outcome(test: pytest.Item) -> bool:
    return "outcome" in getattr(test, "fixturenames", ())


def _play(test: Any, project: Any) -> Callable[[Any], Any]:
    return lambda engine: test.module.play(partial(project, engine), **test.callspec.params)


@pytest.fixture(scope="session")
def table_rows():
    """The rows of a table as its ledger lists them, sorted, with plain values; what a case writes looks the same."""

    def read(report: Any) -> list[list[Any]]:
        keys = report.snapshot.entry.partition_by
        names = [name for name, _ in report.snapshot.entry.columns]
        rows = []
        for values, partition in report.snapshot.partitions.items():
            identity = {
                key.column: value for key, value in zip(keys, values, strict=True) if key.transform == "identity"
            }
            for file in partition.files:
                for row in _stored(Path(report.root) / file.path):
                    rows.append([plain(identity.get(name, row.get(name))) for name in names])
        return sorted(rows, key=repr)

    return read


@pytest.fixture(scope="session")
def rejected_rows():
    """The quarantine of a run as (line, raw text, rules), sorted."""

    def read(report: Any) -> list[dict[str, Any]]:
        import pyarrow.parquet as pq

        found = []
        for file in report.entry.quarantine.files:
            for row in pq.ParquetFile(Path(report.root) / file.path).read().to_pylist():
                rules = [":".join(filter(None, (why["rule"], why["column"]))) for why in row["_violations"]]
                name = row["_file"] and Path(row["_file"]).name
                found.append({"file": name, "line": row["_line"], "raw": row["_raw"], "rules": sorted(rules)})
        return sorted(found, key=lambda row: (row["file"] or "", row["line"] or 0, row["raw"]))

    return read


@pytest.fixture(scope="session")
def plain_rows():
    """Rows as a case states them, sorted, with plain values."""
    return lambda rows: sorted(([plain(cell) for cell in row] for row in rows), key=repr)


def _stored(path: Path) -> list[dict[str, Any]]:
    """The rows of a table's file; what ORC holds in nanoseconds are microseconds."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyarrow import orc

    if path.suffix != ".orc":
        return pq.ParquetFile(path).read().to_pylist()
    table = orc.read_table(path)
    for index, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            exact = table.column(index).cast(pa.timestamp("us", field.type.tz))
            table = table.set_column(index, field.name, exact)
    return table.to_pylist()


def plain(cell: Any) -> Any:
    """A value that YAML can state: dates, moments and decimals as text, bytes in hexadecimal, maps as mappings."""
    if isinstance(cell, datetime.date | decimal.Decimal):
        return str(cell)
    if isinstance(cell, bytes):
        return cell.hex()
    if isinstance(cell, list) and cell and all(isinstance(one, tuple) for one in cell):
        return {plain(key): plain(value) for key, value in cell}
    if isinstance(cell, list):
        return [plain(one) for one in cell]
    if isinstance(cell, dict):
        return {plain(key): plain(value) for key, value in cell.items()}
    return cell
