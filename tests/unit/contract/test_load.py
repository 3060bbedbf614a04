from __future__ import annotations

import pytest

from mesh_etl.config.yaml import parse
from mesh_etl.contract.load import fingerprint, load
from mesh_etl.errors import ConfigError

TEXT = """\
# the desk's contract
apiVersion: v3.2.0
kind: DataContract
id: sales.orders
version: 1.2.0
schema:
  - name: orders
    properties:
      - {name: shop, logicalType: string, primaryKey: true, primaryKeyPosition: 2, partitioned: true}
      - {name: Order No, physicalName: order_no, physicalType: bigint, primaryKey: true, primaryKeyPosition: 1}
      - {name: total, logicalType: number, semanticType: measure, transformLogic: sum(x)}
"""


def test_a_contract_file_is_understood(tmp_path):
    path = tmp_path / "contract.yaml"
    path.write_text(TEXT)
    contract = load(path, "configs/sales/orders/contract.yaml")
    assert (contract.id, contract.version, contract.name) == ("sales.orders", "1.2.0", "orders")
    assert [(field.name, field.type.ddl()) for field in contract.schema] == [("shop", "string"), ("order_no", "bigint")]
    assert contract.primary_key == ("order_no", "shop")
    assert contract.partition_keys == ("shop",)
    assert contract.column("order_no").name == "Order No"
    assert contract.where("version") == "configs/sales/orders/contract.yaml:5:10"
    assert contract.where_column("order_no", "physicalType").startswith("configs/sales/orders/contract.yaml:10:")
    with pytest.raises(KeyError):
        contract.column("total")


def test_keys_without_positions_stand_in_the_order_of_the_columns(one_column):
    columns = [f"{{name: {name}, logicalType: string, primaryKey: true}}" for name in "ba"]
    assert one_column(*columns).primary_key == ("b", "a")


def test_the_fingerprint_knows_content_only():
    one = parse(TEXT, "a").data
    turned = dict(reversed(one.items()))
    assert fingerprint(one) == fingerprint(turned)
    assert fingerprint(one) != fingerprint({**one, "version": "1.2.1"})
    assert fingerprint({"a": "1"}) != fingerprint({"a": 1})


@pytest.mark.parametrize(
    ("schema", "code", "problem"),
    [
        ("schema: []", "NO_TABLE", "no table"),
        ("name: x", "NO_TABLE", "no table"),
        ("schema: [{name: orders}]", "NO_COLUMNS", "no columns"),
        ("schema: [{name: orders}, {name: lines}]", "SEVERAL_TABLES", "2 tables: 'orders', 'lines'"),
    ],
)
def test_a_product_is_one_table_with_columns(contract, schema, code, problem):
    with pytest.raises(ConfigError, match=problem) as raised:
        contract(schema)
    assert raised.value.code == code


def test_all_faults_come_at_once(faults):
    found = faults(
        "{name: a, logicalType: date, physicalType: bigint}",
        "{name: A, logicalType: string}",
        "{name: b, logicalType: string, logicalTypeOptions: {minLength: 3, maxLength: 2}}",
    )
    assert [fault.code for fault in found] == ["TYPE_CONTRADICTION", "COLUMN_NAME", "IMPOSSIBLE_BOUNDS"]
    assert [fault.where.split(":")[1] for fault in found] == ["8", "9", "10"]


def test_a_missing_file_is_a_fault(tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        load(tmp_path / "contract.yaml")
