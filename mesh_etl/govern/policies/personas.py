"""What the roles of people and jobs may call; which data they see is for Lake Formation to say.

Source: https://docs.aws.amazon.com/lake-formation/latest/dg/permissions-reference.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.govern.policies.bucket import reading
from mesh_etl.govern.policies.documents import Document, Statement, allow, document

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mesh_etl.config.governance.accounts import Account
    from mesh_etl.govern.policies.places import Place

READS = [
    "BatchGetPartition", "GetDatabase", "GetDatabases", "GetPartition", "GetPartitionIndexes", "GetPartitions",
    "GetTable", "GetTables",
]  # fmt: skip
WRITES = [
    "BatchCreatePartition", "BatchDeletePartition", "BatchUpdatePartition", "CreatePartitionIndex", "CreateTable",
    "DeletePartitionIndex", "UpdateTable",
]  # fmt: skip


def reader(account: Account, central: Account, links: Sequence[str]) -> Document:
    """The policy of a role that reads products: the catalogue of its account and the central one, through `links`.

    `links` are the names of the central databases, which those of the links to them are as well.
    """
    seen = [*entries(account, links), *entries(central, links)]
    return document(
        [allow("Read", [f"glue:{one}" for one in READS], seen), allow("Data", ["lakeformation:GetDataAccess"], ["*"])]
    )


def runner(
    account: Account, central: Account, own: Sequence[str], shared: Sequence[str], links: Sequence[str]
) -> Document:
    """The policy by which jobs enter what they publish: in the databases `own` of the account, and in `shared` of the
    central one. They read what `links` lead to.

    Source: https://docs.aws.amazon.com/lake-formation/latest/dg/hybrid-cross-account.html
    """
    entered = [*entries(account, own), *entries(central, shared)]
    return document(
        [
            *reader(account, central, sorted({*own, *links}))["Statement"],
            allow("Enter", [f"glue:{one}" for one in WRITES], entered),
            own_database(account, own),
            allow("Invitations", ["ram:GetResourceShareInvitations"], ["*"]),
        ]
    )


def writer(places: Sequence[Place], key: str | None, bus: str | None) -> Document:
    """The policy by which jobs keep the files of their domain and tell of it on the `bus`, by ARN."""
    statements = reading(places, write=True) if places else []
    if key is not None:
        statements.append(allow("Key", ["kms:Decrypt", "kms:GenerateDataKey"], [key]))
    if bus is not None:
        statements.append(allow("Tell", ["events:PutEvents"], [bus]))
    return document(statements)


def own_database(account: Account, databases: Sequence[str]) -> Statement:
    """The right to make these databases of the account, where they are not there yet."""
    named = [one for one in entries(account, databases) if ":table/" not in one]
    return allow("OwnDatabase", ["glue:CreateDatabase"], named)


def entries(account: Account, databases: Iterable[str]) -> list[str]:
    """The catalogue of the account, these databases of it and all of their tables, as ARNs: Glue asks for each."""
    named = sorted(set(databases))
    things = ["catalog", *(f"database/{one}" for one in named), *(f"table/{one}/*" for one in named)]
    return [account.arn("glue", one) for one in things]
