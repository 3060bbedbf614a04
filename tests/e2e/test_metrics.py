"""The history of a product's metrics and its service levels, on the command line."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout

import pytest

from mesh_etl.cli import main

FILES = {
    "configs/mesh.yaml": "name: m\nwarehouse: ${warehouse}\ndomains: {shop: {owner: o}}\n",
    "configs/env/local.yaml": "world: {type: local, home: .mesh}\nvalues: {warehouse: .mesh/warehouse}\n",
    "configs/shop/visits/job.yaml": """\
product: shop.visits
source: {type: csv, path: "in/*.csv"}
target: {mode: append}
checks: {sketches: [country]}
""",
    "configs/shop/visits/contract.yaml": """\
apiVersion: v3.1.0
kind: DataContract
id: visits
version: 1.0.0
status: active
slaProperties:
  - {property: latency, value: 1, unit: d, element: at, driver: regulatory}
  - {property: frequency, value: 1, unit: d}
  - {property: timeToDetect, value: 1, unit: h}
schema:
  - name: visits
    properties:
      - {name: id, logicalType: integer}
      - {name: at, logicalType: date}
      - {name: country, logicalType: string}
    quality:
      - name: volume
        type: custom
        engine: mesh_etl
        severity: warning
        implementation: {check: change, metric: rowCount, percent: 50}
""",
}


@pytest.fixture
def mesh(tmp_path):
    """Calls a command on a product of two versions, and returns its exit code, stdout and stderr."""
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    def call(*arguments):
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main([*arguments, "--root", str(tmp_path)])
        return ended.value.code, out.getvalue(), err.getvalue()

    (tmp_path / "in").mkdir()
    for number, rows in enumerate((["1,2020-01-01,DE"], ["2,,FR", "3,2020-01-02,IT", "4,2020-01-02,IT"])):
        (tmp_path / "in" / f"{number}.csv").write_text("\n".join(["id,at,country", *rows, ""]))
        assert call("run", "shop.visits")[0] == 0
    return call


def test_the_metrics_of_each_version(mesh):
    code, out, _ = mesh("history", "shop.visits", "--metrics", "--json")
    first, second = json.loads(out)["versions"]
    assert code == 0
    assert (first["rows_written"], first["rows"], second["rows_written"], second["rows"]) == (1, 1, 3, 4)
    assert second["columns"]["at"] == {"null_percent": pytest.approx(100 / 3), "distinct": None}
    assert second["columns"]["country"]["distinct"] == 2
    assert {rule["rule"]: rule["status"] for rule in second["rules"]}["volume"] == "warned"


def test_metrics_stand_side_by_side(mesh):
    _, out, _ = mesh("history", "shop.visits", "--metrics")
    assert [line.split() for line in out.splitlines() if line.startswith(("country", "at ", "volume"))] == [
        ["at", "0", "%", "33.33", "%"],
        ["country", "~1", "~2"],
        ["volume", "1", "not", "executed", "3", "warned"],
    ]


def test_one_rule_version_by_version(mesh):
    code, out, _ = mesh("history", "shop.visits", "--rule", "volume")
    assert code == 0
    assert "measured 3, expected 0.5 to 1.5 by the version before" in out
    code, _, err = mesh("history", "shop.visits", "--rule", "volumes")
    assert code == 2
    assert "UNKNOWN_RULE" in err
    assert "did you mean 'volume'" in err


def test_the_levels_as_of_now(mesh):
    _, out, _ = mesh("show", "shop.visits", "--json")
    found = {one["rule"]: one["status"] for one in json.loads(out)["levels"]}
    assert found == {"sla.latency": "warned", "sla.frequency": "passed", "sla.timeToDetect": "not executed"}
    _, out, _ = mesh("show", "shop.visits")
    assert "the newest data is" in out
    assert "2020" not in out
