"""What stands in a template is what the configuration says, and nothing that CloudFormation looks up for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mesh_etl.errors import ConfigError, Fault

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mesh_etl.deploy.synth.template import Template

_DYNAMIC = "{{resolve:"


def literal(templates: Iterable[Template]) -> None:
    """No text of the templates is a dynamic reference: in its place would stand a secret, as whoever deploys reads it.

    Arguments of a job, tags and addresses are shown to many. Raises `ConfigError` TEMPLATE_REFERENCE.
    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
    """
    fix = "state what a job needs to know as {secret: secretsmanager:NAME}, which the job itself reads"
    faults = [
        Fault("TEMPLATE_REFERENCE", f"{name} would hold what {_DYNAMIC}…}}}} leads to", f"template {one.name}", fix)
        for one in templates
        for name, resource in one.resources.items()
        if _DYNAMIC in json.dumps(resource.body(), ensure_ascii=False)
    ]
    if faults:
        raise ConfigError(*faults)
