"""A crawler over the source of a job, for teams that want what it finds in their catalogue.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-glue-crawler.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mesh_etl.config.product_name import table_of
from mesh_etl.deploy import names
from mesh_etl.deploy.places import place
from mesh_etl.deploy.synth.flow import cron
from mesh_etl.deploy.synth.places import prefixes
from mesh_etl.deploy.synth.tags import tags_of
from mesh_etl.deploy.synth.template import Resource
from mesh_etl.errors import ConfigError, Fault

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate, GlueJob


def database(estate: Estate) -> Resource:
    """The database that has what crawlers of the unit find, apart from what it publishes.

    It goes with its stack, as another crawl finds the same again; one that stayed would be in the next deploy's way.
    """
    name = {"Name": names.crawled(estate.stack), "Description": f"What crawlers found at the sources of {estate.unit}"}
    return Resource("AWS::Glue::Database", {"CatalogId": estate.account.id, "DatabaseInput": name})


def crawler(project: Project, estate: Estate, one: GlueJob) -> Resource:
    """The crawler; it changes no table that it finds there.

    Raises `ConfigError`: CRAWLER_WITHOUT_PLACE, and the faults of its schedule.
    """
    stated = one.settings.crawler
    assert stated is not None, "the caller has asked"
    product = one.product
    source = project.job(product).job.source
    found = sorted({one.folder for one in prefixes(source)})
    if not found:
        problem = f"the source of '{product}' is no folder in S3 that a crawler could look at"
        fix = "leave the crawler out, or read from an s3:// address"
        raise ConfigError(Fault("CRAWLER_WITHOUT_PLACE", problem, place(project, one, "crawler"), fix))
    if stated.schedule and (fault := cron.fault_of(stated.schedule, place(project, one, "crawler", "schedule"))):
        raise ConfigError(fault)
    properties: dict[str, Any] = {
        "Name": names.job(estate.stack, table_of(product), "crawler"),
        "Description": f"Looks at the source of {product}",
        "Role": f"arn:aws:iam::{estate.account.id}:role/{names.role(estate.stack, names.CRAWLERS)}",
        "DatabaseName": names.crawled(estate.stack),
        "TablePrefix": f"{table_of(product)}_",
        "Targets": {"S3Targets": [{"Path": f"s3://{folder}"} for folder in found]},
        "Schedule": {"ScheduleExpression": stated.schedule} if stated.schedule else None,
        "SchemaChangePolicy": {"DeleteBehavior": "LOG", "UpdateBehavior": "LOG"},
        "RecrawlPolicy": {"RecrawlBehavior": "CRAWL_EVERYTHING"},
        "Configuration": json.dumps({"Version": 1.0, "Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas"}}),
        "CrawlerSecurityConfiguration": names.security(estate.stack),
        "Tags": dict(sorted(tags_of(estate, one).items())),
    }
    return Resource("AWS::Glue::Crawler", properties)
