"""The tags of everything that is deployed: whose it is, and what the configuration adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mesh_etl.deploy.estate import Estate, GlueJob


def tags_of(estate: Estate, job: GlueJob | None = None) -> dict[str, str]:
    """The tags of what the unit has, or of what is made for one of its jobs.

    Those that say whose it is cannot be stated otherwise: budgets and reports go by them.
    """
    stated = estate.settings.jobs.tags if job is None else job.settings.tags
    product = {"product": job.product} if job is not None and job.product else {}
    return {**stated, "mesh": estate.mesh, "environment": estate.env, "domain": estate.unit, **product}


def tag_list(estate: Estate, job: GlueJob | None = None) -> list[dict[str, str]]:
    """The same as a list of keys and values in order, as most resources have them."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags_of(estate, job).items())]
