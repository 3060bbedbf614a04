"""`glue`: a table of the Glue Data Catalog, asked through a boto3 client."""

from __future__ import annotations

import json
from typing import Any

from mesh_etl.config.document import Loc
from mesh_etl.contract import types
from mesh_etl.errors import ConfigError, Fault, RunError
from mesh_etl.exchange.drafting import Asked, Imported, Part, Unplaced, drafted, stored_names, typed, untyped
from mesh_etl.exchange.facts import Facts

# What the catalogue itself notes about a table.
_KEPT_BY_GLUE = (
    "CreateTime", "UpdateTime", "LastAccessTime", "CreatedBy", "VersionId", "IsRegisteredWithLakeFormation",
    "Retention", "IsMultiDialectView",
)  # fmt: skip
_TECHNICAL = ("InputFormat", "OutputFormat", "SerdeInfo", "Compressed", "NumberOfBuckets", "StoredAsSubDirectories",
              "Parameters", "BucketColumns", "SortColumns")  # fmt: skip


def glue(client: Any, name: str, asked: Asked) -> Imported:
    """The draft of a contract for the table `database.table`.

    Raises `ConfigError`: TABLE_NAME, TABLE_MISSING; and `RunError` CATALOG_REFUSED.
    """
    base, dot, table_name = name.partition(".")
    if not dot or not table_name:
        raise ConfigError(Fault("TABLE_NAME", "this is no name of a table", "WHAT", "write it as database.table"))
    answer = json.loads(json.dumps(_asked(client, base, table_name), default=str))
    facts = Facts(Unplaced(f"glue {base}.{table_name}", answer, {}), _kept_by_glue)
    facts.say("DatabaseName")
    table: Part = {**stored_names([str(facts.say("Name"))])[0], "physicalType": "table"}
    if answer.get("Description"):
        table["description"] = facts.say("Description")
    storage = [("StorageDescriptor", "Columns", i) for i in range(len(facts.get("StorageDescriptor", "Columns") or ()))]
    keys = [("PartitionKeys", i) for i in range(len(answer.get("PartitionKeys") or ()))]
    names = stored_names([str(facts.say(*loc, "Name")) for loc in (*storage, *keys)])
    table["properties"] = [
        {**part, **_column(facts, loc, keys.index(loc) + 1 if loc in keys else 0)}
        for part, loc in zip(names, (*storage, *keys), strict=True)
    ]
    for key in _TECHNICAL:
        facts.lose("how files are read and written is not the contract's", "StorageDescriptor", key)
    more: dict[str, Any] = {"servers": [_server(facts, base)]} if answer.get("CatalogId") else {}
    version = facts.get("Parameters", "mesh_etl.contract_version")
    if isinstance(version, str):
        more["version"] = facts.say("Parameters", "mesh_etl.contract_version")
    return drafted(facts, f"glue {base}.{table_name}", table, asked, f"{base}.{table_name}", more)


def _kept_by_glue(loc: Loc, value: Any) -> bool:
    return loc[:1] != () and loc[0] in _KEPT_BY_GLUE


def _asked(client: Any, base: str, name: str) -> Any:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return client.get_table(DatabaseName=base, Name=name)["Table"]
    except ClientError as error:
        code = error.response["Error"]["Code"]
        where = f"glue {base}.{name}"
        if code == "EntityNotFoundException":
            fault = Fault("TABLE_MISSING", "the catalogue has no such table", where, "check database and table")
            raise ConfigError(fault) from None
        fix = "sign in as somebody who may ask for glue:GetTable there, and check the region"
        raise RunError(Fault("CATALOG_REFUSED", f"the catalogue answered {code}", where, fix)) from None
    except BotoCoreError as error:
        problem = f"the catalogue cannot be asked: {type(error).__name__}"
        fix = "sign in, check network and region, and run it again"
        raise RunError(Fault("CATALOG_REFUSED", problem, f"glue {base}.{name}", fix), retryable=True) from None


def _column(facts: Facts, loc: tuple[str | int, ...], key: int) -> Part:
    spelled = str(facts.say(*loc, "Type"))
    try:
        part = typed(types.parse(spelled))
    except ValueError:
        part = untyped(facts, (*loc, "Type"), "no contract has this type of the catalogue")
    if spelled.lower().startswith("char("):
        facts.lose("text that is filled with blanks is a varchar here", *loc, "Type")
    if about := facts.say(*loc, "Comment"):
        part["description"] = about
    return part | ({"partitioned": True, "partitionKeyPosition": key} if key else {})


def _server(facts: Facts, base: str) -> Part:
    server = {"server": "glue", "type": "glue", "account": str(facts.say("CatalogId")), "database": base}
    if location := facts.say("StorageDescriptor", "Location"):
        server["location"] = location
    if form := facts.say("Parameters", "classification"):
        server["format"] = form
    return server
