"""Who is told when something goes wrong with a unit's jobs: a topic, rules, alarms and a dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.config.product_name import table_of
from mesh_etl.deploy.synth.budget import budget
from mesh_etl.deploy.synth.config_rules import config_rules
from mesh_etl.deploy.synth.shards import sharded
from mesh_etl.deploy.synth.template import logical
from mesh_etl.deploy.synth.watch import alarms, rules
from mesh_etl.deploy.synth.watch.dashboard import dashboards
from mesh_etl.deploy.synth.watch.topic import topic

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate, GlueJob
    from mesh_etl.deploy.package.bundle import Bundle
    from mesh_etl.deploy.synth.template import Resource, Template


def watch(project: Project, estate: Estate, bundle: Bundle) -> tuple[Template, ...]:
    """The templates that watch the unit, each product's part in its own place. Raises `ConfigError` LATE_UNSEEN."""
    pieces: list[tuple[str, dict[str, Resource]]] = []
    if estate.jobs:
        pieces += [("", topic(estate)), ("", budget(estate)), ("", config_rules(project, estate))]
    audited = [job.product for job in estate.jobs if job.product and alarms.seen_by_audit(project, estate, job)]
    pieces.append(("", dashboards(estate)))
    for job in estate.jobs:
        pieces.append((job.product, _watched(estate, job, late=job.product not in audited)))
    return sharded("watch", f"What watches jobs of {estate.unit}, mesh {estate.mesh}, environment {estate.env}", pieces)


def _watched(estate: Estate, job: GlueJob, *, late: bool) -> dict[str, Resource]:
    """What watches one job; `late` says whether an alarm can tell that its product is."""
    words = (table_of(job.product),) if job.product else ("All", job.task)
    found = {
        logical(*words, "failed", "rule"): rules.failed(estate, job),
        logical(*words, "failed", "alarm"): alarms.failing(estate, job),
    }
    if not job.product:
        return found
    found[logical(*words, "quality", "alarm")] = alarms.refused(estate, job)
    if late and job.settings.late_after is not None:
        found[logical(*words, "late", "alarm")] = alarms.late(estate, job)
    if job.settings.dpu_hours is not None:
        found[logical(*words, "cost", "rule")] = rules.costly(estate, job)
    return found
