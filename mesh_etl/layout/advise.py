"""The advice: trials of several layouts on a sample, by the filters that the table is asked with."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, PlanError
from mesh_etl.kernels.write.encode import EncodeJob
from mesh_etl.kernels.write.partition import PartitionKey
from mesh_etl.layout.candidates import Layout, best, candidates
from mesh_etl.layout.filters import Filter, asked, stated
from mesh_etl.layout.sample import Sample, sampled
from mesh_etl.layout.trial import Measured, measured

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.contract.load import Contract
    from mesh_etl.tables.ledger import Ledger, Snapshot

QUERIES = "queries"  # the folder with SQL files beside a product's contract


@dataclass(frozen=True)
class Advice:
    """The layout as it is and the one that is proposed, both measured, and the others, the best first.

    Bytes are those of the sample; `scale` times as many are those of the table.
    """

    product: str
    version: int
    rows: int
    bytes: int
    files: int
    sample: int
    filters: tuple[Filter, ...]
    met: tuple[int, ...]  # the rows of the sample that meet each filter
    now: Measured
    proposed: Measured
    others: tuple[Measured, ...]
    target: dict[str, Any]

    @property
    def scale(self) -> float:
        """What bytes of the layout as it is are multiplied by, to be those of the table."""
        return self.bytes / max(1, self.now.bytes)

    def yaml(self) -> str:
        """The `target` of the job with the proposed layout."""
        return "\n".join(["target:", *(f"  {name}: {_spelled(value)}" for name, value in self.target.items())])


def advise(
    job: LoadedJob, contract: Contract, ledger: Ledger, keys: tuple[PartitionKey, ...], filters: Sequence[str]
) -> Advice:
    """What layout the product's table should have for these filters and those of the queries beside its contract.

    Raises `PlanError`: NOT_RUN_YET, FILTER_INVALID, FILTERS_MISSING.
    """
    head = ledger.snapshot()
    if head is None or not head.rows:
        fix = f"run it first: mesh-etl run {job.product}"
        raise PlanError(Fault("NOT_RUN_YET", f"{job.product} has no rows yet", str(job.path), fix))
    queries = sorted((contract_folder(job) / QUERIES).glob("*.sql"))
    wanted = [*stated(filters, contract.schema), *asked(queries, job.product, contract.schema)]
    if not wanted:
        fix = f"""say --filter "country = 'DE'", or keep queries in {QUERIES}/*.sql beside the contract"""
        problem = "what the table is asked for is not known, and a layout is good for some questions only"
        raise PlanError(Fault("FILTERS_MISSING", problem, str(job.path), fix))
    sample = sampled(ledger, head, contract.schema)
    target = job.job.target
    now = Layout(keys, target.sort_by, target.cluster_by, target.row_group_mb)
    style = EncodeJob("", (), compression=_codec(str(target.compression)), target_bytes=target.target_file_mb << 20)
    found = _tried(sample, now, wanted, style, head, bool(contract.partition_keys))
    proposed = found[best({layout: one.cost for layout, one in found.items()}, now)]
    return Advice(
        product=job.product,
        version=head.seq,
        rows=head.rows,
        bytes=head.bytes,
        files=head.files,
        sample=sample.rows.num_rows,
        filters=tuple(wanted),
        met=tuple(_met(sample, one) for one in wanted),
        now=found[now],
        proposed=proposed,
        others=tuple(sorted(found.values(), key=lambda one: one.cost)),
        target=_target(job, proposed.layout),
    )


def contract_folder(job: LoadedJob) -> Path:
    """The folder of the product's contract."""
    return job.contract_path.parent


def _tried(
    sample: Sample, now: Layout, filters: Sequence[Filter], style: EncodeJob, head: Snapshot, promised: bool
) -> dict[Layout, Measured]:
    """Each layout that is worth a trial, measured."""
    tried = candidates(now, filters, sample.rows, head.bytes, style.target_bytes, promised)
    with tempfile.TemporaryDirectory(prefix="mesh-etl-layout-") as folder:
        return {
            layout: measured(sample, layout, filters, style, Path(folder) / str(number))
            for number, layout in enumerate(tried)
        }


def _met(sample: Sample, one: Filter) -> int:
    return sample.rows.num_rows if one.test is None else int(sample.rows.filter(one.test).num_rows)


def _target(job: LoadedJob, layout: Layout) -> dict[str, Any]:
    """The job's target with the layout in place of its own."""
    stated = job.job.target.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    mode = job.job.target.mode.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    told = {"mode": {"type": job.job.target.mode.type, **mode} if len(mode) > 1 else job.job.target.mode.type}
    chosen = {
        "partition_by": list(layout.fields),
        "sort_by": list(layout.sort_by),
        "cluster_by": list(layout.cluster_by),
        "row_group_mb": layout.row_group_mb if layout.row_group_mb != Layout().row_group_mb else None,
    }
    rest = {name: value for name, value in stated.items() if name not in {*chosen, "mode"}}
    return {**told, **{name: value for name, value in chosen.items() if value}, **rest}


def _codec(compression: str) -> str:
    """A trial is in Parquet, whatever the table's files are."""
    return "gzip" if compression == "zlib" else compression


def _spelled(value: Any) -> str:
    """The value in a line of YAML, which knows the words of JSON."""
    return (
        value if isinstance(value, str) and value.replace("_", "").isalnum() else json.dumps(value, ensure_ascii=False)
    )
