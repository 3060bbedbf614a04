"""The template `jdbc` against real databases, as somebody makes a product of it by its comments alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mesh_etl import worlds
from mesh_etl.cli import main
from mesh_etl.config import Project
from mesh_etl.pipeline import run_job
from mesh_etl.publish import Report

PASSWORD = "only-for-reading-7"
JOB, ENV = "configs/shop/invoices/job.yaml", "configs/env/local.yaml"
LATELY = {
    "postgresql": "issued_on >= date_trunc('month', current_date - 5)",
    "mariadb": "issued_on >= date_format(current_date - interval 5 day, '%Y-%m-01')",
}
GRANTS = {
    "postgresql": (f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'", "GRANT SELECT ON invoices TO reader"),
    "mariadb": (f"CREATE USER reader IDENTIFIED BY '{PASSWORD}'", "GRANT SELECT ON mesh.invoices TO reader"),
}


@pytest.fixture
def invoices(database, monkeypatch):
    """The table as the template expects it, with a user who may read it and nothing else."""
    if database.name == "mariadb" and os.environ.get("MESH_ENGINE", "embedded") != "embedded":
        pytest.skip("the database's dialect is not about the engine")
    user = "ROLE" if database.name == "postgresql" else "USER"
    database.run(
        "DROP TABLE IF EXISTS invoices",
        f"DROP {user} IF EXISTS reader",
        "CREATE TABLE invoices (invoice_id bigint, customer_id bigint, amount numeric(10,2), issued_on date)",
        "INSERT INTO invoices VALUES (1, 7, 12.50, current_date), (2, 7, 0.99, date '2024-02-29')",
        *GRANTS[database.name],
    )
    monkeypatch.setenv("DATABASE_PASSWORD", PASSWORD)
    return database


@pytest.fixture
def run(invoices, engine, tmp_path) -> Callable[[], Report]:
    """Runs the product in a project that `init` has made, with the database's address and dialect put in."""
    with pytest.raises(SystemExit) as end:
        main(["init", "--template", "jdbc", "--root", str(tmp_path)])
    assert not end.value.code
    _change(tmp_path / ENV, "jdbc:postgresql://localhost:5432/shop", invoices.url)
    if invoices.name == "mariadb":
        assert LATELY["mariadb"] in (tmp_path / JOB).read_text().partition("# of MariaDB and MySQL: ")[2]
        _change(tmp_path / JOB, f"  where: {LATELY['postgresql']}", f"  where: {LATELY['mariadb']}")
        _change(tmp_path / JOB, "table: public.invoices", "table: invoices")

    def made() -> Report:
        project = Project.open(tmp_path)
        return run_job(project.job("shop.invoices"), engine, worlds.open(project.env, project.root))

    return made


def _change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new))


def test_the_newest_month_is_read_and_earlier_ones_stay(run, invoices, table_rows, tmp_path):
    assert _amounts(table_rows(run())) == {1: "12.50"}
    _change(tmp_path / JOB, "  where: ", "  # where: ")
    assert _amounts(table_rows(run())) == {1: "12.50", 2: "0.99"}
    _change(tmp_path / JOB, "  # where: ", "  where: ")
    invoices.run("UPDATE invoices SET amount = amount + 1")
    assert _amounts(table_rows(run())) == {1: "13.50", 2: "0.99"}
    assert run().outcome == "done before"


def _amounts(rows: list[list[object]]) -> dict[object, object]:
    return {row[0]: row[2] for row in rows}
