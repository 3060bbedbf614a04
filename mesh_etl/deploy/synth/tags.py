"""The tags of everything that is deployed: whose it is, and what the configuration adds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mesh_etl.deploy import names

if TYPE_CHECKING:
    from mesh_etl.deploy.estate import Estate, GlueJob


LONGEST = 256  # characters of a tag's value


def tags_of(estate: Estate, job: GlueJob | None = None) -> dict[str, str]:
    """The tags of what the unit has, or of what is made for one of its jobs.

    Those that say whose it is cannot be stated otherwise: budgets and reports go by them.
    """
    stated = estate.settings.jobs.tags if job is None else job.settings.tags
    product = {"product": job.product} if job is not None and job.product else {}
    return {**stated, **owner(estate), **product}


def owner(estate: Estate) -> dict[str, str]:
    """The tags that say whose something is, in what AWS takes in a tag, of ASCII alone.

    CloudFormation tells any other character of a stack's tags as a question mark.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
    """
    plain = [re.sub(r"[^A-Za-z0-9_ .:/=+@-]+", "-", one)[:LONGEST] for one in (estate.mesh, estate.env, estate.unit)]
    return dict(zip(names.OWNER, plain, strict=True))


def tag_list(estate: Estate, job: GlueJob | None = None) -> list[dict[str, str]]:
    """The same as a list of keys and values in order, as most resources have them."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags_of(estate, job).items())]
