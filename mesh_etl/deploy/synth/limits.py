"""What CloudFormation and the services behind it allow, as far as a template can come near it.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html, and the page that
stands beside a number of another service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.errors import ConfigError, Fault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesh_etl.deploy.synth.template import Template

RESOURCES = 500  # of one template
OPERATION = 2_500  # resources of a root stack and all below it that one operation makes, changes and removes
BODY = 1_000_000  # bytes of a template in S3: the page says 1 MB, which the smaller reading of keeps
INLINE = 51_200  # bytes of a template that is sent itself
OUTPUTS = 200
LOGICAL_ID = 255
DESCRIPTION = 1_024
ARGUMENTS = 260 * 1024  # bytes of a Glue job's arguments: botocore's model of CreateJob
CONDITIONS = 500  # of one trigger: botocore's model of CreateTrigger
STEPS = 100  # jobs, crawlers and triggers of a workflow: …/glue/latest/dg/blueprint_workflow_restrictions.html
WIDGETS = 500  # of a dashboard: …/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html


def held(inline: Template, templates: Iterable[Template]) -> None:
    """Each template stays inside the limits: the one that is sent itself, and those that are uploaded.

    Raises `ConfigError` TEMPLATE_TOO_LARGE, for each that does not.
    """
    faults, total = [], 0
    for one in (inline, *templates):
        total += len(one.resources)
        for what, number, most in (
            ("resources", len(one.resources), RESOURCES),
            ("bytes", len(one.data), INLINE if one is inline else BODY),
            ("outputs", len(one.outputs), OUTPUTS),
            ("characters in its description", len(one.description), DESCRIPTION),
            ("characters in a logical id", max(map(len, one.resources), default=0), LOGICAL_ID),
        ):
            if number > most:
                faults.append(_too_large(f"the template '{one.name}' has {number:,} {what}, of {most:,}"))
    if total > OPERATION:
        faults.append(_too_large(f"the stack has {total:,} resources in all, of {OPERATION:,}"))
    if faults:
        raise ConfigError(*faults)


def _too_large(problem: str) -> Fault:
    fix = "make two domains of this one, so that each has a stack of its own"
    return Fault("TEMPLATE_TOO_LARGE", problem, "configs/mesh.yaml", fix)
