"""Whatever is wrong with files or configuration ends in its own code, leaves the table as it was, and can be mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_etl.errors import ConfigError, MeshError, PlanError, RunError

SECRET = "ana.secret@personal.example"
GOOD = "id,email,status,day,amount\n1,a@example.org,open,2024-01-05,10.00\n2,b@example.org,paid,2024-02-05,20.50\n"
FILES = {
    "configs/mesh.yaml": """\
name: shop
warehouse: "${warehouse}"
domains: {shop: {owner: shop-team, description: What was sold.}}
""",
    "configs/env/local.yaml": "world: {type: local, home: .mesh}\nvalues: {warehouse: table, raw: in}\n",
    "configs/shop/orders/job.yaml": """\
product: shop.orders
source: {type: csv, path: "${raw}/*.csv"}
target:
  mode: replace
  partition_by: [month(day) as month]
checks: {max_rejected: 1}
""",
    "configs/shop/orders/contract.yaml": """\
apiVersion: v3.1.0
kind: DataContract
id: shop-orders
version: 1.0.0
status: active
schema:
  - name: orders
    logicalType: object
    properties:
      - {name: id, logicalType: integer, required: true, primaryKey: true}
      - {name: email, logicalType: string, classification: personal}
      - {name: status, logicalType: string, enum: [{value: open}, {value: paid}]}
      - {name: day, logicalType: date, required: true}
      - {name: amount, logicalType: number, physicalType: "decimal(9,2)"}
    quality:
      - {name: some_rows, metric: rowCount, mustBeGreaterThan: 1}
""",
    "in/orders.csv": GOOD,
}
MESH, ENV, JOB, CONTRACT, DATA = FILES


def changed(name, old, new):
    """The file `name` with `old` replaced by `new`."""
    assert old in FILES[name]
    return {name: FILES[name].replace(old, new)}


def rows(*lines, header="id,email,status,day,amount"):
    return {DATA: "\n".join([header, *lines]) + "\n"}


def bad_rows(count, line=f"x,{SECRET},open,2024-01-05,1.00"):
    return rows(*GOOD.splitlines()[1:], *[line] * count)


def stated(old, new):
    """The contract's next version, acknowledged, with `old` replaced by `new`."""
    files = changed(CONTRACT, old, new) | changed(JOB, "checks: {", "checks: {acknowledge: 2.0.0, ")
    return files | {CONTRACT: files[CONTRACT].replace("version: 1.0.0", "version: 2.0.0")}


CASES = {
    # what the file is
    "missing file": ({DATA: None}, PlanError, ["INPUT_MISSING"], "no file is there"),
    "missing folder": (changed(ENV, "raw: in", "raw: im"), PlanError, ["INPUT_MISSING"], "the folder does not exist"),
    "empty file": ({DATA: ""}, PlanError, ["EMPTY_FILE"], "not even a header"),
    "blank first line": ({DATA: "\n" + GOOD}, PlanError, ["EMPTY_FILE"], "the first line is empty"),
    "header only": (rows(), RunError, ["RULE_FAILED"], "some_rows"),
    "no header": (
        {DATA: f"1,{SECRET},open,2024-01-05,10.00\n2,{SECRET},open,2024-01-05,10.00\n"},
        PlanError,
        ["HEADER_MISMATCH"],
        "say that there is no header",
    ),
    "typo in the header": (
        rows(header="id,email,status,day,amonut"),
        PlanError,
        ["COLUMN_MISSING", "COLUMN_UNEXPECTED"],
        "did you mean 'amonut'?",
    ),
    "missing column": (rows(header="id,email,status,day"), PlanError, ["COLUMN_MISSING"], "lacks 'amount'"),
    "extra column": (rows(header="id,email,status,day,amount,extra"), PlanError, ["COLUMN_UNEXPECTED"], "'extra'"),
    "duplicate column": (rows(header="id,email,status,day,amount,id"), PlanError, ["COLUMN_DUPLICATE"], "'id'"),
    "not parquet": (changed(JOB, "type: csv", "type: parquet"), PlanError, ["NOT_THIS_FORMAT"], "not Parquet"),
    "a path of another storage": (
        changed(ENV, "raw: in", "raw: ftp://host/in"),
        PlanError,
        ["UNSUPPORTED_PATH"],
        "'ftp' is no storage that is read",
    ),
    "a warehouse of another storage": (
        changed(ENV, "warehouse: table", "warehouse: gs://bucket/table"),
        PlanError,
        ["UNSUPPORTED_PATH"],
        "set a folder or an s3:// address",
    ),
    # what is in the rows
    "values that do not parse": (
        bad_rows(2),
        RunError,
        ["TOO_MANY_REJECTED"],
        "2 of 4 rows were rejected, more than 1",
    ),
    "ragged rows": (
        bad_rows(2, f"7,{SECRET},open"),
        RunError,
        ["TOO_MANY_REJECTED"],
        "FIELD_COUNT 2",
    ),
    "values that a rule refuses": (
        bad_rows(2, f"7,{SECRET},{SECRET},2024-01-05,1.00"),
        RunError,
        ["TOO_MANY_REJECTED"],
        "status.enum 2",
    ),
    "a key twice": (bad_rows(1, f"1,{SECRET},open,2024-01-09,1.00"), RunError, ["RULE_FAILED"], "primary_key"),
    "too few rows": (rows(f"1,{SECRET},open,2024-01-05,1.00"), RunError, ["RULE_FAILED"], "some_rows"),
    "an empty partition value": (
        changed(JOB, "month(day) as month", "email") | bad_rows(1, '3,"",open,2024-01-05,1.00'),
        RunError,
        ["PARTITION_EMPTY"],
        "column email",
    ),
    # what is written about them
    "typo in the mesh": (
        changed(MESH, "warehouse:", "warehuose:"),
        ConfigError,
        ["MISSING_KEY", "UNKNOWN_KEY"],
        "did you mean 'warehouse'?",
    ),
    "typo in the environment": (changed(ENV, "home:", "hoem:"), ConfigError, ["UNKNOWN_KEY"], "did you mean 'home'?"),
    "typo in the job": (
        changed(JOB, "max_rejected", "max_rejetced"),
        ConfigError,
        ["UNKNOWN_KEY"],
        "did you mean 'max_rejected'?",
    ),
    "typo in the contract": (
        changed(CONTRACT, "required", "requierd"),
        ConfigError,
        ["UNKNOWN_KEY", "UNKNOWN_KEY"],
        "did you mean 'required'?",
    ),
    "an undefined name": (changed(JOB, "${raw}", "${rwa}"), ConfigError, ["UNDEFINED_NAME"], "did you mean 'raw'?"),
    "a contract of other types": (
        changed(JOB, "checks:", "transforms:\n  - {type: derive, replace: {amount: email}}\nchecks:"),
        PlanError,
        ["TYPE_MISMATCH"],
        "column 'amount' is string after the transforms",
    ),
    "a column that the transforms lose": (
        changed(JOB, "checks:", "transforms:\n  - {type: select, columns: [id, status, day, amount]}\nchecks:"),
        PlanError,
        ["COLUMN_MISSING"],
        "column 'email' is not there after the transforms",
    ),
    "an unknown partition column": (
        changed(JOB, "month(day)", "month(dya)"),
        PlanError,
        ["COLUMN_MISSING"],
        "did you mean 'day'?",
    ),
    "a breaking change of what stays": (
        {
            JOB: FILES[JOB]
            .replace("mode: replace", "mode: append")
            .replace("rejected: 1", "rejected: 1, acknowledge: 2.0.0")
        }
        | {CONTRACT: FILES[CONTRACT].replace("1.0.0", "2.0.0").replace("decimal(9,2)", "decimal(6,2)")},
        PlanError,
        ["CONTRACT_BREAKING"],
        "amount",
    ),
    "a breaking change under the same version": (
        changed(CONTRACT, "decimal(9,2)", "decimal(6,2)"),
        PlanError,
        ["VERSION_TOO_LOW", "NOT_ACKNOWLEDGED"],
        "write 2.0.0, or a later version",
    ),
    "a breaking change that nobody has acknowledged": (
        {CONTRACT: FILES[CONTRACT].replace("1.0.0", "2.0.0").replace("decimal(9,2)", "decimal(6,2)")},
        PlanError,
        ["NOT_ACKNOWLEDGED"],
        "--acknowledge 2.0.0",
    ),
    "a new promise that kept rows may break": (
        {JOB: FILES[JOB].replace("mode: replace", "mode: append")}
        | {CONTRACT: FILES[CONTRACT].replace("1.0.0", "1.1.0").replace("personal}", "personal, required: true}")},
        PlanError,
        ["STORED_UNPROVEN"],
        "never held against it",
    ),
    "a query over a column that is not there": (
        stated("metric: rowCount", "type: sql, query: 'SELECT max(amonut) FROM {object}'"),
        ConfigError,
        ["COLUMN_MISSING"],
        "did you mean 'amount'?",
    ),
    "an expression that is no test": (
        stated(
            "metric: rowCount, mustBeGreaterThan: 1",
            "type: custom, engine: mesh_etl, implementation: amount + 1",
        ),
        PlanError,
        ["RULE_SHAPE"],
        "compare it with something",
    ),
    "a check that is not there": (
        stated(
            "metric: rowCount, mustBeGreaterThan: 1",
            "type: custom, engine: mesh_etl, implementation: {check: monotonous}",
        ),
        ConfigError,
        ["UNKNOWN_CHECK"],
        "did you mean 'monotonic'?",
    ),
    "a foreign key that leads nowhere": (
        stated("{name: email,", "{name: email, relationships: [{to: shop.order#orders.id}],"),
        ConfigError,
        ["DANGLING_REFERENCE"],
        "did you mean 'shop.orders'?",
    ),
    "an input that has changed": (
        changed(JOB, "mode: replace", "mode: append") | bad_rows(1),
        PlanError,
        ["INPUT_CHANGED"],
        "deliver changes under a new name",
    ),
}


class Shop:
    """The project with its table at version 1, and what can be seen of it."""

    def __init__(self, root, mesh):
        self.root = root
        self.write(FILES)
        self.mesh = mesh(root)
        self.mesh.run("shop.orders")
        self.before = self.state()

    def write(self, files):
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
            else:
                path.write_text(content)

    def run(self):
        return self.mesh.run("shop.orders")

    def state(self):
        """Everything that anybody could read: files with their times, the table's rows, what the catalogue says."""
        table, partitions = self.mesh.registered("shop.orders")
        root = self.root / "table"
        files = {str(path): path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()}
        ledger = [path.read_text() for path in sorted((root / "shop/orders/_ledger").rglob("*.json"))]
        return files, ledger, self.mesh.table("shop.orders"), table, partitions

    def fails(self, kind, codes, words):
        """The run ends in these codes, tells no value, and nothing has changed."""
        with pytest.raises(MeshError) as caught:
            self.run()
        assert isinstance(caught.value, kind), caught.value
        assert [fault.code for fault in caught.value.faults] == codes, caught.value
        assert words in str(caught.value)
        assert SECRET not in str(caught.value)
        self.write(FILES)
        assert self.state() == self.before
        return caught.value

    def works_again(self):
        """A corrected delivery is published."""
        self.write({**FILES, DATA: GOOD + f"3,{SECRET},open,2024-03-01,1.00\n"})
        report = self.run()
        assert report.outcome == "published"
        assert sorted(row["id"] for row in self.mesh.table("shop.orders")) == [1, 2, 3]
        assert self.mesh.ledger("shop.orders").seqs() == [1, 2]


@pytest.fixture
def shop(tmp_path, mesh):
    return Shop(tmp_path / "shop", mesh)


@pytest.mark.parametrize("case", CASES)
def test_it_ends_in_a_code_and_a_corrected_run_works(shop, capfd, case):
    files, kind, codes, words = CASES[case]
    shop.write(files)
    shop.fails(kind, codes, words)
    shop.works_again()
    out, err = capfd.readouterr()
    assert SECRET not in out + err


def test_a_refused_value_is_in_quarantine_and_nowhere_else(shop, capfd):
    shop.write(bad_rows(1))
    report = shop.run()
    assert [row["_raw"] for row in shop.mesh.quarantine("shop.orders")] == [f"x,{SECRET},open,2024-01-05,1.00"]
    table, partitions = shop.mesh.registered("shop.orders")
    ledger = "".join(path.read_text() for path in (shop.root / "table/shop/orders/_ledger").rglob("*.json"))
    out, err = capfd.readouterr()
    assert SECRET not in repr((report.to_json(), table, partitions, ledger, out, err))


def test_all_inputs_that_are_missing_are_told_at_once(shop):
    missing = "a: {type: csv, path: in/none.csv, columns: {k: {type: int}}}"
    unknown = "b: {type: table, product: shop.oders}"
    shop.write(changed(JOB, "target:", f"inputs:\n  {missing}\n  {unknown}\ntarget:"))
    shop.fails(PlanError, ["INPUT_MISSING", "UNKNOWN_PRODUCT"], "did you mean 'shop.orders'?")


@pytest.mark.parametrize("steps", ["", "transforms:\n  - {type: filter, where: id > 0}\n"])
def test_an_input_without_rows_empties_the_table(shop, steps):
    job = {JOB: FILES[JOB].replace("checks: {", f"{steps}checks: {{acknowledge: 2.0.0, ")}
    none = {CONTRACT: FILES[CONTRACT].replace("mustBeGreaterThan: 1", "mustBe: 0").replace("1.0.0", "2.0.0")}
    shop.write(job | none | rows())
    report = shop.run()
    assert report.entry.counts.read == report.snapshot.rows == report.snapshot.files == 0
    assert shop.mesh.table("shop.orders") == []
    assert shop.mesh.registered("shop.orders")[1] == {}


def test_a_file_without_rows_beside_one_with_some(shop):
    shop.write(
        {
            "in/empty.csv": "id,email,status,day,amount\n",
            **changed(JOB, "checks:", "transforms:\n  - {type: dedupe, keys: [id]}\nchecks:"),
        }
    )
    report = shop.run()
    assert [(Path(one.path).name, one.read) for one in report.entry.inputs] == [("empty.csv", 0), ("orders.csv", 2)]
    assert len(shop.mesh.table("shop.orders")) == 2
