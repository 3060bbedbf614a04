"""A DataFrame held against a contract in a test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mesh_etl.contract.load import Contract, load
from mesh_etl.frames import Checked, check

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def assert_contract(df: DataFrame, contract: Contract | Path | str, *, allow_not_executed: bool = True) -> Checked:
    """The frame keeps the contract; returns the verdicts, and the good and the bad rows.

    `contract` is a contract or the path of its file. With `allow_not_executed=False` a rule that nothing could execute
    counts as broken. Raises `AssertionError` that names every broken rule, its place and its count, but no cell.
    """
    __tracebackhide__ = True
    known = contract if isinstance(contract, Contract) else load(Path(contract), str(contract))
    checked = check(known, df)
    told = [str(fault) for fault in checked.faults()]
    if not allow_not_executed:
        told += [f"{one.rule}: {one.reason}" for one in checked.verdicts if one.status == "not executed"]
    if told:
        raise AssertionError("\n  ".join((f"the frame does not keep {known.id} {known.version}:", *told)))
    return checked
