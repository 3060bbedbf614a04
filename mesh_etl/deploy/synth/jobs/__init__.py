"""The Glue jobs of a unit, the log groups that they write to, and crawlers where a job asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.config.product_name import table_of
from mesh_etl.deploy.synth.flow.flows import flows
from mesh_etl.deploy.synth.jobs.crawler import crawler, database
from mesh_etl.deploy.synth.jobs.job import job
from mesh_etl.deploy.synth.jobs.log_groups import log_groups
from mesh_etl.deploy.synth.shards import sharded
from mesh_etl.deploy.synth.template import logical

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate, GlueJob
    from mesh_etl.deploy.package.bundle import Bundle
    from mesh_etl.deploy.synth.template import Resource, Template


def jobs(project: Project, estate: Estate, bundle: Bundle) -> tuple[Template, ...]:
    """The templates of the unit's jobs, each product's in its own place.

    Raises `ConfigError`: GLUE_AUTO, ARGUMENTS_TOO_LARGE, CRAWLER_WITHOUT_PLACE, and what
    `flows` does.
    """
    pieces: list[tuple[str, dict[str, Resource]]] = [("", log_groups(estate) if estate.jobs else {})]
    if any(one.settings.crawler is not None for one in estate.jobs):
        pieces.append(("", {"CrawledDatabase": database(estate)}))
    machines = flows(project, estate) if estate.settings.orchestration == "step_functions" else ()
    by_machine = {product for machine in machines for product in machine.products}
    for one in estate.jobs:
        made = {logical(*_words(one)): job(project, estate, bundle, one, by_machine=one.product in by_machine)}
        if one.product and one.settings.crawler is not None:
            made[logical(table_of(one.product), "crawler")] = crawler(project, estate, one)
        pieces.append((one.product, made))
    return sharded("jobs", f"Glue jobs of {estate.unit}, mesh {estate.mesh}, environment {estate.env}", pieces)


def _words(one: GlueJob) -> tuple[str, ...]:
    """The words of its logical id; no name of a product begins with a capital letter, as that of a chore does."""
    return (table_of(one.product), "job") if one.product else ("All", one.task, "job")
