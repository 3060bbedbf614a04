"""The log groups of jobs, so that what is in them ends one day.

Glue names them after the prefix that a job states, its security configuration and its role.
Source: https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.deploy import names
from mesh_etl.deploy.synth.tags import tag_list
from mesh_etl.deploy.synth.template import Resource, logical

if TYPE_CHECKING:
    from mesh_etl.deploy.estate import Estate

CHANNELS = ("error", "output")


def log_group(estate: Estate, channel: str) -> str:
    """The log group that has what the jobs of the unit write: `error` has the log, `output` what they print."""
    return f"{encrypted(names.logs(estate.stack), names.security(estate.stack), estate.role.role)}/{channel}"


def encrypted(prefix: str, security: str, role: str) -> str:
    """What the names of a job's groups begin with that has a security configuration; the role's path is left out."""
    return f"{prefix}/{security}-role/{role.rpartition('/')[2]}"


def log_groups(estate: Estate) -> dict[str, Resource]:
    """Both groups. Glue gives them the key of the security configuration when a job first writes."""
    return {
        logical("All", channel, "logs"): Resource(
            "AWS::Logs::LogGroup",
            {
                "LogGroupName": log_group(estate, channel),
                "RetentionInDays": estate.settings.keep_logs,
                "Tags": tag_list(estate),
            },
        )
        for channel in CHANNELS
    }
