"""`mesh-etl layout advise`, and what `plan` says of partitions that would hurt."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from mesh_etl.layout import candidates

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: {name}
version: 1.0.0
status: active
schema:
  - name: {name}
    properties:
      - {{name: id, physicalType: bigint, required: true, unique: true, description: The number.}}
      - {{name: customer, physicalType: string}}
      - {{name: day, physicalType: date}}
      - {{name: note, physicalType: string}}
"""
JOB = "product: shop.orders\nsource: {type: csv, path: data/*.csv}\n"


@pytest.fixture
def orders(project, product):
    """Writes the job with a target, once with rows of its own; returns the product's folder."""

    def build(target: str, rows: int = 0) -> Path:
        folder = product("orders", "{type: csv, path: data/*.csv}", contract=CONTRACT)
        (folder / "job.yaml").write_text(f"{JOB}target: {target}\n")
        if rows:
            draw = random.Random(3)
            days = [f"2026-{draw.randrange(1, 13):02}-{draw.randrange(1, 9):02}" for _ in range(rows)]
            lines = [f"{number},c{draw.randrange(60)},{day},{draw.random()}" for number, day in enumerate(days)]
            (project / "data").mkdir(exist_ok=True)
            (project / "data/a.csv").write_text("id,customer,day,note\n" + "\n".join(lines) + "\n")
        return folder

    return build


def warnings(mesh) -> list[str]:
    said = mesh("plan", "shop.orders", "--json")
    assert said.code == 0, said.err
    return json.loads(said.out)["warnings"]


def test_plan_counts_partitions_that_are_known_before_the_first_run(orders, mesh):
    orders('{mode: replace, partition_by: ["bucket(64, id)"]}', 100)
    (warning,) = warnings(mesh)
    assert "partition_by: 64 partitions of " in warning
    assert "by the size of the input" in warning
    assert "say bucket(16, id)" in warning
    assert "[PARTITIONS_SMALL]" in warning


def test_plan_warns_of_a_key_that_gives_each_row_a_partition(orders, mesh):
    orders("{mode: replace, partition_by: [id]}", 10)
    (warning,) = warnings(mesh)
    assert "'id' is unique, so each row would be a partition of its own" in warning
    assert "[PARTITION_CARDINALITY]" in warning


def test_plan_counts_the_partitions_of_the_table_and_of_a_change_by_what_commits_have_kept(orders, mesh):
    orders("{mode: replace, partition_by: [day(day)]}", 400)
    assert warnings(mesh) == []  # nothing is known yet
    assert mesh("run", "shop.orders").code == 0
    (warning,) = warnings(mesh)
    assert "(version 1), less than 8 MB; say month(day) instead of day(day)" in warning
    orders("{mode: replace, partition_by: [month(day)]}")
    assert warnings(mesh) == []
    orders('{mode: replace, partition_by: [month(day), "bucket(16, customer)"]}')
    (warning,) = warnings(mesh)
    assert " 192 partitions of " in warning
    assert "by what version 1 holds" in warning


def test_plan_warns_of_too_many_partitions(orders, mesh):
    orders('{mode: replace, partition_by: ["bucket(20000, id)"]}', 10)
    (warning,) = warnings(mesh)
    assert "20,000 partitions" in warning
    assert "more than 10,000; say bucket(5000, id)" in warning


@pytest.fixture
def small(monkeypatch):
    """Tables of this size have more than one row group and partition."""
    monkeypatch.setattr(candidates, "FINER_MB", 1)
    monkeypatch.setattr(candidates, "LEAST_MB", 0)
    monkeypatch.setattr(candidates, "MOST_PARTITIONS", 100)


def test_advice_is_measured_can_be_pasted_and_is_followed_once(project, orders, mesh, small):
    folder = orders("{mode: replace, target_file_mb: 1}", 30_000)
    (folder / "queries").mkdir()
    (folder / "queries/spring.sql").write_text(
        "SELECT o.customer, count(*) FROM shop.orders o JOIN shop.orders AS p ON o.id = p.id\n"
        "WHERE o.day BETWEEN DATE '2026-03-01' AND DATE '2026-03-31' GROUP BY 1"
    )
    assert mesh("run", "shop.orders").code == 0
    words = ("layout", "advise", "shop.orders", "--filter", "customer = 'c7' and length(note) > 3")
    said = mesh(*words, "--json")
    assert said.code == 0, said.err
    found = json.loads(said.out)
    assert [one["filter"] for one in found["filters"]] == ["customer = 'c7' and length(note) > 3", "spring.sql"]
    assert [0 < one["rows_met_percent"] < 20 for one in found["filters"]] == [True, True]
    now, then = (next(one for one in found["layouts"] if one[name]) for name in ("now", "proposed"))
    assert then["read_bytes"] < 0.8 * now["read_bytes"]
    assert sum(one["proposed"] for one in found["filters"]) == pytest.approx(then["read_bytes"], abs=2)  # rounded
    text = mesh(*words).out
    assert "reads then" in text
    yaml = text[text.index("target:") : text.index("\n\nGlue cannot change")]
    (folder / "job.yaml").write_text(f"{JOB}{yaml}")
    assert mesh("validate").code == 0
    mesh("run", "shop.orders")  # committed, but the catalogue's entry has other partition keys
    (project / ".mesh/aws.sqlite").unlink()
    assert mesh("run", "shop.orders").code == 0
    assert "keep the layout as it is" in mesh(*words).out


@pytest.mark.parametrize(
    ("rows", "filters", "said"),
    [
        (0, ["day > '2026-01-01'"], "NOT_RUN_YET"),
        (10, [], "FILTERS_MISSING"),
        (10, ["day >"], "this is no condition"),
        (10, ["dey = '2026-01-01'", "no = 1"], "did you mean 'day'"),
    ],
)
def test_what_advice_needs(orders, mesh, rows, filters, said):
    orders("{mode: replace}", rows)
    if rows:
        assert mesh("run", "shop.orders").code == 0
    found = mesh("layout", "advise", "shop.orders", *(word for one in filters for word in ("--filter", one)))
    assert found.code == 3
    assert said in found.err
    assert "Traceback" not in found.err
