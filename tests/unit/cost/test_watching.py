"""What CloudWatch costs for a job."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_etl.config.deployment.job import Deployment
from mesh_etl.cost.prices import CloudWatch
from mesh_etl.cost.watching import of_chore, of_product
from tests.unit.deploy.synth.meshes import mesh, resources, stack_of

PRICES = CloudWatch(metric_month=0.3, alarm_month=0.1, dashboard_month=3, logs_gb=0.5, logs_gb_month=0.03)
AUDIT = 'audit: {at: "cron(0 5 * * ? *)"}'


def test_a_metric_is_paid_for_the_hours_in_which_it_is_told():
    paid = [of_product(Deployment(), runs, 90, PRICES).of_metrics for runs in (0, 73, 730, 43_800)]
    assert paid == [0, pytest.approx(0.24), pytest.approx(2.4), pytest.approx(2.4)]


def test_logs_are_paid_when_they_come_and_while_they_are_kept():
    found = of_chore("glue", 200, 365, PRICES)
    assert found.log_bytes == 1e9
    assert found.of_logs == pytest.approx(0.5 + 12 * 0.03)
    assert of_chore("embedded", 200, 365, PRICES).of_logs < found.of_logs


@pytest.mark.parametrize("deploy", ["", "{late_after: 26h}", "{late_after: 30d}"])
def test_as_many_alarms_are_counted_as_are_made(tmp_path: Path, deploy: str) -> None:
    mesh(tmp_path, {"sales.orders": deploy}, deployment=f"{{{AUDIT}}}")
    made = resources(stack_of(tmp_path, "sales"), ["watch"]).values()
    alarms = sum(one["Type"] == "AWS::CloudWatch::Alarm" for one in made)
    late = {"late_after": deploy.strip("{}").partition(": ")[2]} if deploy else {}
    counted = of_product(Deployment(**late), 30, 90, PRICES).alarms + of_chore("embedded", 30, 90, PRICES).alarms
    assert counted == alarms
