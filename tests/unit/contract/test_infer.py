from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mesh_etl.config.yaml import parse
from mesh_etl.contract.infer import draft, draft_job
from mesh_etl.contract.load import understand
from mesh_etl.contract.summary import spelled
from mesh_etl.errors import ConfigError

CSV = """\
orderKey,Account No,Status,price,ratio,ordered,at,naive,open,note
1,007,O,1.50,0.1,2024-01-31,2024-01-31T09:30:00Z,2024-01-31 09:30:00,true,
2,008,NA,12.25,1e3,2024-02-29,2024-01-31T09:30:00+01:00,2024-01-31 09:30:00.5,false,x
3,009,F,NA,2,,2024-01-31T09:30:00Z,2024-01-31 09:30:00,true,y
"""


def drafted(path):
    return understand(parse(draft(path, "sales.orders", "order desk"), "contract.yaml"))


def types_of(contract):
    return {field.name: spelled(field.type) for field in contract.schema}


@pytest.fixture
def orders(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(CSV)
    return path


def test_csv_gives_the_types_that_the_cells_prove(orders):
    contract = drafted(orders)
    assert types_of(contract) == {
        "order_key": "bigint", "account_no": "string", "status": "string", "price": "decimal(18,2)", "ratio": "double",
        "ordered": "date", "at": "timestamp", "naive": "timestamp_ntz", "open": "boolean", "note": "string",
    }  # fmt: skip
    assert contract.primary_key == ("order_key",)
    assert contract.odcs.team.name == "order desk"
    required = {column.name for column in contract.columns if column.required}
    # NA stands for no price, so it stands for no status either: a source has one list of such words.
    assert required == {"order_key", "account_no", "ratio", "at", "naive", "open"}


def test_the_evidence_stands_beside_the_columns(orders):
    text = draft(orders, "sales.orders", "desk")
    assert "- name: price  # 3 rows: 1 missing, 2 different" in text
    assert "- name: order_key  # 3 rows: none missing, 3 different" in text


def test_the_job_reads_what_the_contract_says(orders):
    job = parse(draft_job(orders, "sales.orders", "${raw}/orders*.csv"), "job.yaml").data
    assert job == {
        "product": "sales.orders",
        "source": {
            "type": "csv",
            "path": "${raw}/orders*.csv",
            "nulls": ["", "NA"],
            "columns": {
                "order_key": "orderKey", "account_no": "Account No", "status": "Status", "price": "price",
                "ratio": "ratio", "ordered": "ordered", "at": "at", "naive": "naive", "open": "open", "note": "note",
            },
        },
        "target": {"mode": "replace"},
    }  # fmt: skip


def test_fields_over_several_lines_are_announced(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1,"x\ny"\n')
    assert types_of(drafted(path)) == {"a": "bigint", "b": "string"}
    source = parse(draft_job(path, "sales.a"), "job.yaml").data["source"]
    assert source == {"type": "csv", "path": path.as_posix(), "multiline": True}


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_seen(tmp_path, delimiter):
    path = tmp_path / "a.tsv"
    path.write_text(f"a{delimiter}b\n1{delimiter}x,y\n")
    assert types_of(drafted(path)) == {"a": "bigint", "b": "string"}
    assert parse(draft_job(path, "sales.a"), "job.yaml").data["source"]["delimiter"] == delimiter


def test_ragged_rows_are_left_out_and_counted(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n1\n3,4,5\n6,7\n")
    assert "the first 4 row(s) of a.csv, 2 of them ragged" in draft(path, "sales.a", "desk")


@pytest.mark.parametrize(
    ("cells", "spelling"),
    [
        (["01", "2"], "string"),
        (["9223372036854775808", "1"], "decimal(38,0)"),
        (["1" * 39], "string"),
        (["1.5", "1.25"], "double"),
        (["1.5", "2"], "double"),
        (["0.10", "-3.20"], "decimal(18,2)"),
        (["+1"], "string"),
        (["2024-02-30"], "string"),
        (["2024-01-31 25:00:00"], "string"),
        (["True"], "string"),
        (["", ""], "string"),
        (["NA", "x"], "string"),
        (["NaN", "1"], "bigint"),
    ],
)
def test_types_of_text(tmp_path, cells, spelling):
    path = tmp_path / "a.csv"
    path.write_text("a,z\n" + "".join(f"{cell},z\n" for cell in cells))
    assert types_of(drafted(path))["a"] == spelling


@pytest.mark.parametrize("header", ["a,a", "1st,2nd", "_mesh_row,b", ",b", "Größe,b", "a b,a_b", "ID,id"])
def test_any_header_becomes_names_that_load(tmp_path, header):
    path = tmp_path / "a.csv"
    path.write_text(f"{header}\n1,2\n", encoding="utf-8")
    assert len(drafted(path).schema) == 2


def test_json_keeps_its_types(tmp_path):
    path = tmp_path / "a.ndjson"
    rows = [
        {"id": 1, "zip": "01", "n": 1, "tags": ["a"], "at": "2024-01-31T09:30:00Z", "o": {"x": 1, "y": [1.5]}},
        {"id": 2, "zip": "2", "n": 1.5, "tags": [], "at": None, "o": {"x": 2}, "mixed": 1},
    ]
    path.write_text("\n".join(map(json.dumps, rows)) + "\n")
    contract = drafted(path)
    assert types_of(contract) == {
        "id": "bigint", "zip": "string", "n": "double", "tags": "array<string>", "at": "timestamp",
        "o": "struct<x:bigint,y:array<double>>", "mixed": "bigint",
    }  # fmt: skip
    assert contract.primary_key == ("id",)
    assert not contract.column("mixed").required
    assert parse(draft_job(path, "sales.a"), "job.yaml").data["source"] == {"type": "json", "path": path.as_posix()}


def test_parquet_states_its_types(tmp_path):
    path = tmp_path / "a.parquet"
    columns = {
        "id": pa.array([1, 2], pa.int32()),
        "Price": pa.array([Decimal("1.10"), None], pa.decimal128(12, 2)),
        "day": pa.array([date(2024, 1, 31)] * 2),
        "at": pa.array([datetime(2024, 1, 31)] * 2, pa.timestamp("us", "UTC")),
        "naive": pa.array([datetime(2024, 1, 31)] * 2, pa.timestamp("ms")),
        "word": pa.array(["x", "x"]).dictionary_encode(),
        "tags": pa.array([["x"], []]),
        "o": pa.array([{"x": 1}, {"x": 2}]),
        "big": pa.array([1, 2], pa.uint64()),
        "raw": pa.array([b"x", b"y"]),
    }
    pq.write_table(pa.table(columns), path)
    contract = drafted(path)
    assert types_of(contract) == {
        "id": "int", "price": "decimal(12,2)", "day": "date", "at": "timestamp", "naive": "timestamp_ntz",
        "word": "string", "tags": "array<string>", "o": "struct<x:bigint>", "big": "decimal(20,0)", "raw": "binary",
    }  # fmt: skip
    assert contract.primary_key == ("id",)
    assert not contract.column("price").required


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"x", "SAMPLE_FORMAT"),
        ("a.csv", b"", "SAMPLE_EMPTY"),
        ("a.csv", b"a,b\n", "SAMPLE_EMPTY"),
        ("a.csv", b"a\n\xff\n", "SAMPLE_ENCODING"),
        ("a.json", b"{", "SAMPLE_UNREADABLE"),
        ("a.json", b"[1]\n", "SAMPLE_UNREADABLE"),
        ("a.parquet", b"PAR0", "SAMPLE_UNREADABLE"),
    ],
)
def test_a_file_that_cannot_be_sampled_is_a_fault(tmp_path, name, content, code):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError) as raised:
        draft(tmp_path / name, "sales.a", "desk")
    assert raised.value.code == code


def test_a_missing_file_is_a_fault(tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        draft(tmp_path / "a.csv", "sales.a", "desk")


def test_only_the_first_rows_are_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n2\nx\n")
    contract = understand(parse(draft(path, "sales.a", "desk", rows=2), "contract.yaml"))
    assert types_of(contract) == {"a": "bigint"}
