"""Earlier versions of a table."""

from __future__ import annotations

import json
from dataclasses import replace

from mesh_etl.embedded_aws.answers import invalid, missing
from mesh_etl.embedded_aws.glue.stored import Table, presented, require
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.pages import page, seen

MOST = 100


@operation("glue.GetTableVersion", "DatabaseName", "TableName", "VersionId")
def get_table_version(call: Call) -> Body:
    """The version that is asked for, or the current one."""
    table = require(call, call.folded("DatabaseName"), call.folded("TableName"), doubly=True)
    wanted = call.get("VersionId", str(table.version))
    if not wanted.isdecimal():
        raise invalid("A version is a whole number.")
    for version in _versions(call, table):
        if version.version == int(wanted):
            return {"TableVersion": _shown(call, version)}
    raise missing("Table version")


@operation("glue.GetTableVersions", "DatabaseName", "TableName", "NextToken", "MaxResults")
def get_table_versions(call: Call) -> Body:
    """The current version and the archived ones, newest first, in pages of at most 100."""
    table = require(call, call.folded("DatabaseName"), call.folded("TableName"), doubly=True)
    below = seen(call)
    if below and not below.isdecimal():
        raise invalid("The token is not one that this call has given.")
    rows = [
        (str(version.version), _shown(call, version))
        for version in _versions(call, table)
        if not below or version.version < int(below)
    ]
    found, more = page(call, rows, MOST)
    return {"TableVersions": found, **more}


def _versions(call: Call, table: Table) -> list[Table]:
    rows = call.sql.execute(
        "SELECT body, version, created, updated FROM archive"
        " WHERE catalog = ? AND base = ? AND name = ? ORDER BY version DESC",
        table.place,
    )
    return [
        table,
        *(
            replace(table, body=json.loads(body), version=version, created=created, updated=updated)
            for body, version, created, updated in rows
        ),
    ]


def _shown(call: Call, version: Table) -> Body:
    return {"Table": presented(call, version), "VersionId": str(version.version)}
