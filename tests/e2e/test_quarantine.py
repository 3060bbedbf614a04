"""`mesh-etl quarantine` as its users have it: what is refused is looked at, counted, replayed and removed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from shutil import which
from stat import S_IMODE

import pytest

from mesh_etl import worlds
from mesh_etl.cli import main
from mesh_etl.config import Project

SECRET = "hunter2-4711"
MESH = "name: shop\nwarehouse: table\ndomains: {shop: {owner: shop-team, description: What was sold.}}\n"
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: sales
version: 1.0.0
status: active
schema:
  - name: sales
    properties:
      - {name: id, logicalType: integer, required: true}
      - {name: amount, logicalType: number, physicalType: "decimal(9,2)", logicalTypeOptions: {maximum: 100}}
"""
JOB = """\
product: shop.sales
source: {type: csv, path: "in/*.csv"}
target: {mode: append}
checks: {max_rejected: 100%}
"""
ROWS = f"id,amount\n1,10.00\n02,20.00\n{SECRET},3\n4,400.00\n"


@pytest.fixture
def shop(tmp_path):
    """A product with three refused rows."""
    for name, text in {
        "configs/mesh.yaml": MESH,
        "configs/env/local.yaml": "world: {type: local, home: .mesh}\nvalues: {}\n",
        "configs/shop/sales/contract.yaml": CONTRACT,
        "configs/shop/sales/job.yaml": JOB,
        "in/a.csv": ROWS,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    told(tmp_path, "run", "shop.sales", plain=True)
    return tmp_path


def said(root, *words):
    """The exit code and what was written, errors included."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main([*words, "--root", str(root)])
    return ended.value.code or 0, out.getvalue(), err.getvalue()


def told(root, *words, plain=False):
    """What the command says to machines, or to people."""
    code, out, err = said(root, *words, *([] if plain else ["--json"]))
    assert code == 0, err
    return out if plain else json.loads(out)


def change(root, name, old, new):
    path = root / "configs/shop/sales" / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def lenient(root):
    change(root, "job.yaml", '"in/*.csv"', '"in/*.csv", numbers: {leading_zeros: true}')


def aged(root, days):
    """The first commit is as old as this."""
    import datetime

    (path,) = (root / "table/shop/sales/_ledger").glob("*1.json")
    entry = json.loads(path.read_text())
    moment = datetime.datetime.fromisoformat(entry["committed_at"]) - datetime.timedelta(days=days)
    path.write_text(json.dumps(entry | {"committed_at": moment.isoformat(timespec="milliseconds")}))


def files(root):
    return sorted(path.name for path in (root / "table/shop/sales/quarantine").rglob("*.parquet"))


def test_rows_are_shown_with_their_place_and_without_their_text(shop):
    rows = told(shop, "quarantine", "show", "shop.sales")
    assert [(row["file"], row["line"], row["rules"]) for row in rows] == [
        ("in/a.csv", 3, "TYPE_FORMAT (id)"),
        ("in/a.csv", 4, "TYPE_FORMAT (id)"),
        ("in/a.csv", 5, "amount.range"),
    ]
    for command in ("show", "stats", "replay"):
        assert SECRET not in "".join(map(str, said(shop, "quarantine", command, "shop.sales")))
    assert SECRET in told(shop, "quarantine", "show", "shop.sales", "--raw", plain=True)
    (row,) = told(shop, "quarantine", "show", "shop.sales", "--raw", "--rule", "amount.range")
    assert row["raw"] == "4,400.00"
    assert len(told(shop, "quarantine", "show", "shop.sales", "--limit", "1")) == 1
    assert "These are 1 of 3 rows" in told(shop, "quarantine", "show", "shop.sales", "--limit", "1", plain=True)


def test_rows_are_counted(shop):
    found = told(shop, "quarantine", "stats", "shop.sales")
    assert found["rows"] == 3
    assert found["by_rule"] == {"TYPE_FORMAT": 2, "amount.range": 1}
    assert found["by_column"] == {"id": 2, "amount": 1}
    assert found["by_file"] == {"in/a.csv": 3}
    assert list(found["by_run"].values()) == [3]
    assert found["by_age"] == {"up to a day": 3}
    assert (found["expired"], found["suppressed"]) == (0, [])


def test_a_replay_moves_rows_in_one_commit_and_a_second_one_nothing(shop):
    lenient(shop)
    tried = told(shop, "quarantine", "replay", "shop.sales", "--dry-run")
    assert (tried["outcome"], tried["published"], tried["version"]) == ("tried", 1, None)
    found = told(shop, "quarantine", "replay", "shop.sales")
    assert (found["outcome"], found["version"], found["chosen"]) == ("published", 2, 3)
    assert found["refused_by"] == {"TYPE_FORMAT": 1, "amount.range": 1}
    again = told(shop, "quarantine", "replay", "shop.sales")
    assert (again["outcome"], again["version"]) == ("nothing changes", None)
    rows = told(shop, "query", "select id from shop.sales order by id")
    assert rows == [{"id": 1}, {"id": 2}]
    refused = told(shop, "query", "select _line, _version from shop.sales__quarantine order by 1")
    assert refused == [{"_line": 4, "_version": 1}, {"_line": 5, "_version": 1}]
    operations = [one["operation"] for one in told(shop, "history", "shop.sales")["versions"]]
    assert operations == ["append", "replay"]


def test_a_replay_tells_people_where_the_rows_went(shop):
    lenient(shop)
    out = told(shop, "quarantine", "replay", "shop.sales", plain=True)
    assert "version 2 published: 1 of 3 refused rows left the quarantine for the table" in out
    assert "3 read = 1 good + 2 quarantined + 0 deduplicated + 0 filtered" in out
    assert "still refused: TYPE_FORMAT 1, amount.range 1" in out


def test_old_rows_expire(shop):
    change(shop, "job.yaml", "checks:", "quarantine: {keep: 30d}\nchecks:")
    (shop / "in/b.csv").write_text("id,amount\nx,1\n")
    told(shop, "run", "shop.sales", plain=True)
    lenient(shop)
    assert told(shop, "quarantine", "expire", "shop.sales")["version"] is None
    aged(shop, 31)

    assert [row["file"] for row in told(shop, "quarantine", "show", "shop.sales")] == ["in/b.csv"]
    found = told(shop, "quarantine", "stats", "shop.sales")
    assert (found["rows"], found["expired"]) == (1, 3)
    assert told(shop, "quarantine", "replay", "shop.sales", "--dry-run")["chosen"] == 1

    before = files(shop)
    tried = told(shop, "quarantine", "expire", "shop.sales", "--dry-run")
    assert (tried["version"], tried["expired"], tried["removed"]["files"]) == (None, {"files": 1, "rows": 3}, 1)
    assert files(shop) == before
    found = told(shop, "quarantine", "expire", "shop.sales")
    assert (found["version"], found["expired"], found["removed"]) == (3, tried["expired"], tried["removed"])
    assert len(files(shop)) == 1
    assert told(shop, "quarantine", "stats", "shop.sales")["expired"] == 0
    assert told(shop, "quarantine", "expire", "shop.sales")["version"] is None
    assert told(shop, "query", "select count(*) as n from shop.sales") == [{"n": 1}]


def registered(root):
    """What the catalogue says about the quality of the table, and when it was published."""
    project = Project.open(root)
    parameters = worlds.open(project.env, project.root).client("glue").get_table(DatabaseName="shop", Name="sales")
    parameters = parameters["Table"]["Parameters"]
    return json.loads(parameters["mesh_etl.quality"])["quarantined"], parameters["mesh_etl.published_at"]


def test_the_catalogue_counts_the_rows_that_stand_in_the_quarantine(shop):
    assert registered(shop)[0] == 3
    (shop / "in/b.csv").write_text("id,amount\nx,1\n")
    told(shop, "run", "shop.sales", plain=True)
    assert registered(shop)[0] == 4
    lenient(shop)
    told(shop, "quarantine", "replay", "shop.sales")
    count, published = registered(shop)
    assert count == 3
    told(shop, "quarantine", "expire", "shop.sales", "--all")
    assert registered(shop) == (0, published), "no data was published by it"


def test_a_table_is_shown_as_it_was_before_its_quarantine_expired(shop):
    def shown():
        table = told(shop, "show", "shop.sales")["table"]
        return {key: table[key] for key in ("version", "committed_at", "operation", "counts", "rows", "rules")}

    before, versions = shown(), told(shop, "history", "shop.sales", "--metrics")["versions"]
    told(shop, "quarantine", "expire", "shop.sales", "--all")
    assert shown() == before
    assert told(shop, "history", "shop.sales", "--metrics")["versions"] == versions
    assert [one["operation"] for one in told(shop, "history", "shop.sales")["versions"]] == ["append", "expire"]
    (run,) = told(shop, "run", "shop.sales")["products"]
    assert (run["outcome"], run["version"], run["counts"]["read"]) == ("nothing new", 1, 4)


def test_rows_past_their_time_are_nowhere_shown(shop):
    change(shop, "job.yaml", "checks:", "quarantine: {keep: 30d}\nchecks:")
    refused = "select count(*) as n from shop.sales__quarantine"
    assert told(shop, "query", refused) == [{"n": 3}]
    assert told(shop, "show", "shop.sales")["table"]["refused"] == 3
    aged(shop, 31)
    assert told(shop, "query", refused) == [{"n": 0}]
    assert told(shop, "show", "shop.sales")["table"]["refused"] == 0


def test_everything_can_be_removed_at_once(shop):
    lenient(shop)
    told(shop, "quarantine", "replay", "shop.sales")
    assert len(files(shop)) == 2, "what a replay has replaced is there for readers that are at it"
    assert told(shop, "quarantine", "expire", "shop.sales")["removed"]["files"] == 0
    found = told(shop, "quarantine", "expire", "shop.sales", "--all")
    assert (found["expired"]["rows"], found["removed"]["files"]) == (2, 2)
    assert files(shop) == []
    left = [path for path in (shop / "table").rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert left == []
    assert told(shop, "quarantine", "show", "shop.sales") == []
    assert told(shop, "query", "select * from shop.sales__quarantine") == []
    assert "nothing new" in json.dumps(told(shop, "run", "shop.sales"))


def test_suppressions_are_told_before_and_after(shop):
    suppress = "suppress: [{rule: amount.range, until: UNTIL, reason: is mended, owner: shop-team}]"
    change(shop, "job.yaml", "max_rejected: 100%", f"max_rejected: 100%, {suppress.replace('UNTIL', '2999-01-31')}")
    assert "amount.range, put up with until 2999-01-31" in told(shop, "plan", "shop.sales", plain=True)
    assert told(shop, "quarantine", "replay", "shop.sales")["published"] == 1
    (one,) = told(shop, "quarantine", "stats", "shop.sales")["suppressed"]
    assert (one["rule"], one["rows"], one["holds"]) == ("amount.range", 1, True)
    change(shop, "job.yaml", "2999-01-31", "2020-01-31")
    for command in ("validate", "plan"):
        code, out, err = said(shop, command, "shop.sales")
        assert code == 0
        assert "it ended on 2020-01-31, so 'amount.range' counts again" in out + err
        assert "[SUPPRESSION_OVER]" in out + err


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (("show", "shop.sales", "--rule", "amount.rang"), 3, "did you mean 'amount.range'? [UNKNOWN_RULE]"),
        (("show", "shop.sales", "--since", "yesterday"), 3, "write a version, such as 12, or a day"),
        (("stats", "shop.sale"), 2, "shop.sales"),
    ],
)
def test_a_mistake_is_told_with_its_fix(shop, words, code, text):
    found = said(shop, "quarantine", *words)
    assert found[0] == code
    assert text in found[2]


def test_a_time_that_is_no_number_of_days_is_told(shop):
    change(shop, "job.yaml", "checks:", "quarantine: {keep: 3 months}\nchecks:")
    code, _, error = said(shop, "quarantine", "expire", "shop.sales")
    assert code == 2
    assert "job.yaml:4:20: quarantine.keep: is no number of days; write it as in 90d [BAD_FORMAT]" in error


@pytest.fixture
def ordinary(shop):
    """What the command says to a user whom permissions hold for, which they do not for root."""
    drop = [] if os.geteuid() else ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps=-all"]
    if drop and not which("setpriv"):
        pytest.skip("root cannot give up its rights here")

    def ask(*words):
        command = [*drop, sys.executable, "-m", "mesh_etl.cli", *words, "--root", str(shop)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stderr

    return ask


def test_a_quarantine_of_somebody_else_is_told_and_stays(shop, ordinary):
    folder = shop / "table/shop/sales/quarantine"
    (shop / "in/b.csv").write_text("id,amount\nx,1\n")
    folder.chmod(0)
    try:
        denied = f"{folder}: writing is not permitted; check the rights of the folder [PERMISSION_DENIED]"
        code, error = ordinary("quarantine", "expire", "shop.sales", "--all")
        assert (code, denied in error) == (4, True)
        code, error = ordinary("query", "select * from shop.sales__quarantine")
        assert "yours to read" in error
        assert "[QUERY_FAILED]" in error
        assert "[QUARANTINE_UNREADABLE]" in ordinary("quarantine", "show", "shop.sales")[1]
        assert "[PERMISSION_DENIED]" in ordinary("run", "shop.sales")[1]
    finally:
        folder.chmod(0o700)
    assert [one["version"] for one in told(shop, "history", "shop.sales")["versions"]] == [1]
    assert len(told(shop, "quarantine", "show", "shop.sales")) == 3


def test_a_folder_that_others_may_enter_by_choice_stays_so_and_files_are_private(shop):
    folder = shop / "table/shop/sales/quarantine"
    folder.chmod(0o755)
    (shop / "in/b.csv").write_text("id,amount\nx,1\n")
    told(shop, "run", "shop.sales", plain=True)
    assert S_IMODE(folder.stat().st_mode) == 0o755
    assert {S_IMODE(path.stat().st_mode) for path in folder.rglob("*.parquet")} == {0o600}
    assert {S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o700}
