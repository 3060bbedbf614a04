"""What CloudWatch costs for a job: the metrics that its runs tell, its alarms, and what it writes to its logs.

A metric is paid for the hours in which it is told, an alarm and a dashboard for the month, a log by what comes in and
by what is kept. The free tier, which is of a whole account, is not taken off.
Source: https://aws.amazon.com/cloudwatch/pricing/
"""

from __future__ import annotations

from dataclasses import dataclass

from mesh_etl.config.deployment.job import Deployment
from mesh_etl.config.deployment.times import duration
from mesh_etl.cost.cron import HOURS
from mesh_etl.cost.figures import Figures
from mesh_etl.cost.prices import CloudWatch
from mesh_etl.deploy.synth.watch.alarms import LONGEST
from mesh_etl.telemetry import METRICS

_MONTH_DAYS = 365 / 12


@dataclass(frozen=True)
class Watching:
    """The metrics and alarms of a job, the bytes that it writes to its logs in a month; dollars a month of each."""

    metrics: int
    alarms: int
    log_bytes: float
    of_metrics: float
    of_alarms: float
    of_logs: float

    @property
    def monthly(self) -> float:
        """Dollars a month of all."""
        return self.of_metrics + self.of_alarms + self.of_logs


def of_product(settings: Deployment, runs: float, keep_logs: int, prices: CloudWatch) -> Watching:
    """What watching a product costs that has so many runs in a month, of a stream so many hours."""
    soon = settings.late_after is not None and duration(settings.late_after).total_seconds() <= LONGEST
    return _watching(len(METRICS), 3 if soon else 2, settings.engine, runs, keep_logs, prices)


def of_chore(engine: str, runs: float, keep_logs: int, prices: CloudWatch) -> Watching:
    """What watching a chore costs that has so many runs in a month: it has one alarm, and tells nothing of its own."""
    return _watching(0, 1, engine, runs, keep_logs, prices)


def _watching(metrics: int, alarms: int, engine: str, runs: float, keep_logs: int, prices: CloudWatch) -> Watching:
    """What it comes to; each run is in an hour of its own, until all hours of the month have one."""
    written = runs * Figures.read().log(engine).value * 1e6
    kept = written * keep_logs / _MONTH_DAYS
    return Watching(
        metrics=metrics,
        alarms=alarms,
        log_bytes=written,
        of_metrics=metrics * prices.metric_month * min(1.0, runs / HOURS),
        of_alarms=alarms * prices.alarm_month,
        of_logs=(written * prices.logs_gb + kept * prices.logs_gb_month) / 1e9,
    )
