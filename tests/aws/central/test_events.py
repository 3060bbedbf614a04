"""Each version is told of once it can be seen in the central catalogue; what prevents that stops nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mesh_etl.crashtest.watch import Strike
from mesh_etl.errors import RunError
from mesh_etl.events import logged

PERSONAL = "anna@example.com"


def types(shop: Any) -> list[str]:
    return [one["detail-type"] for one in shop.told()]


def test_a_publish_is_told_once_and_a_run_without_news_tells_nothing(shop: Any) -> None:
    shop.deliver()
    shop.run()
    shop.run()
    (event,) = shop.told()
    assert (event["source"], event["detail-type"]) == ("mesh_etl", "DataProductPublished")
    assert event["account"] == "222222222222", "the job's role has told of it"
    detail = event["detail"]
    assert (detail["product"], detail["seq"], detail["rows"]) == ("sales.orders", 1, 2)
    assert detail["entry"] == {"account": "111111111111", "database": "demo_sales", "table": "orders"}
    assert detail["contract"]["version"] == "1.0.0"
    assert shop.central()["Parameters"]["mesh_etl.announced_seq"] == "1"
    assert (
        "mesh_etl.announced_seq"
        not in shop.world.client("glue", shop.job.identity).get_table(DatabaseName="sales", Name="orders")["Table"][
            "Parameters"
        ]
    )


def test_the_log_of_this_machine_has_what_the_bus_has(shop: Any) -> None:
    shop.deliver()
    shop.run()
    (line,) = logged(shop.root / ".mesh")
    (event,) = shop.told()
    assert line == {"type": event["detail-type"], **event["detail"]}


def test_the_detail_is_of_the_published_form(shop: Any) -> None:
    shop.deliver()
    shop.run()
    for event in shop.told():
        schema = json.loads((Path(__file__).parents[3] / f"docs/events/{event['detail-type']}.json").read_text())
        Draft202012Validator(schema).validate(event["detail"])


def test_a_changed_contract_is_told_before_the_version_that_follows_it(shop: Any) -> None:
    shop.deliver()
    shop.run()
    contract = (shop.root / "configs/sales/orders/contract.yaml").read_text()
    wider = contract.replace("version: 1.0.0", "version: 1.1.0") + "      - {name: note, logicalType: string}\n"
    shop.write("sales/orders/contract.yaml", wider)
    (shop.root / "in/2.csv").write_text("id,month,amount,note\n9,m02,1.50,x\n")
    shop.run()
    assert types(shop) == ["DataProductPublished", "ContractChanged", "DataProductPublished"]
    changed = shop.told()[1]["detail"]
    assert (changed["before"]["version"], changed["after"]["version"]) == ("1.0.0", "1.1.0")
    assert any(one["kind"] == "additive" for one in changed["changes"])


def test_a_refused_run_is_told_with_its_rules_and_without_a_value(shop: Any) -> None:
    (shop.root / "in").mkdir()
    (shop.root / "in/bad.csv").write_text(f"id,month,amount\n1,m01,{PERSONAL}\n,m01,2.00\n")
    shop.write(
        "sales/orders/job.yaml",
        "product: sales.orders\nsource: {type: csv, path: 'in/*.csv'}\n"
        "target: {mode: append, partition_by: [month]}\nchecks: {max_rejected: 0}\n",
    )
    for _ in range(2):
        with pytest.raises(RunError):
            shop.run()
    first, second = shop.told()
    assert first["detail-type"] == "QualityFailed"
    assert first["detail"]["codes"] == ["TOO_MANY_REJECTED"]
    assert {one["rows"] for one in first["detail"]["rules"]} == {1}
    assert first["detail"]["id"] == second["detail"]["id"], "the same refused work is the same event"
    assert PERSONAL not in json.dumps([first, second])


def test_a_bus_that_is_not_there_is_a_warning_and_what_it_missed_is_told_later(shop: Any) -> None:
    mesh = (shop.root / "configs/mesh.yaml").read_text()
    shop.write("mesh.yaml", mesh.replace("event_bus: default", "event_bus: elsewhere"))
    for _ in range(2):
        shop.deliver()
        report, _ = shop.run()
        assert report.outcome == "published"
        assert [one.code for one in report.warnings] == ["EVENT_UNSENT"]
    assert shop.central()["Parameters"]["mesh_etl.published_seq"] == "2"
    assert list(logged(shop.root / ".mesh")) == []
    _, calls = shop.run()
    assert "glue.UpdateTable" not in calls, "what cannot be told is not written again and again"
    shop.write("mesh.yaml", mesh)
    report, _ = shop.run()
    assert report.warnings == ()
    assert [one["detail"]["seq"] for one in shop.told()] == [2]


@pytest.mark.parametrize("way", ["refused", "lost", "throttled"])
def test_metrics_that_cannot_be_told_are_a_warning_and_not_tried_again(shop: Any, way: Any) -> None:
    for _ in range(2):
        shop.deliver()
        _, calls = shop.run()
    shop.deliver()
    report, again = shop.run(Strike(calls.index("cloudwatch.PutMetricData") + 1, way))
    assert (report.outcome, [one.code for one in report.warnings]) == ("published", ["METRICS_UNSENT"])
    assert again == calls
    assert types(shop) == ["DataProductPublished"] * 3


def test_versions_that_nobody_could_be_told_of_are_told_together(shop: Any) -> None:
    shop.deliver()
    shop.run()
    mesh = (shop.root / "configs/mesh.yaml").read_text()
    shop.write("mesh.yaml", mesh.replace("event_bus: default", "event_bus: elsewhere"))
    for _ in range(3):
        shop.deliver()
        shop.run()
    shop.write("mesh.yaml", mesh)
    shop.run()
    assert [one["detail"]["seq"] for one in shop.told()] == [1, 2, 3, 4]
