"""The columns of which a job wants sketches kept."""

from __future__ import annotations

from mesh_etl.config import LoadedJob
from mesh_etl.contract.classified import told
from mesh_etl.contract.load import Contract
from mesh_etl.errors import Fault, PlanError, did_you_mean


def check_sketches(job: LoadedJob, contract: Contract) -> None:
    """Sketches can be kept of every column that the job names. Raises `PlanError` with all those that cannot."""
    stated = job.job.checks.sketches
    columns = {column.stored_name: column for column in contract.columns}
    faults = []
    for index, name in enumerate(() if stated == "all" else stated):
        place, where = f"checks.sketches[{index}]", job.where("checks", "sketches", index)
        if name not in columns:
            problem = f"{place}: the contract has no column '{name}'"
            faults.append(Fault("COLUMN_MISSING", problem, where, did_you_mean(name, columns)))
        elif not told(columns[name]):
            problem = (
                f"{place}: '{name}' is classified '{columns[name].classification}', so nothing of its values is kept"
            )
            faults.append(Fault("SKETCH_REFUSED", problem, where, "leave the column out"))
    if faults:
        raise PlanError(*faults)
