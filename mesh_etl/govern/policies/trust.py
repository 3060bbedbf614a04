"""Who may take the roles of the mesh; each trust names the one that may, and keeps it from being talked into it.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.errors import Fault, PlanError
from mesh_etl.govern.names import role_arn
from mesh_etl.govern.policies.documents import Document, document, trusted

if TYPE_CHECKING:
    from mesh_etl.config.governance.accounts import Account


def governor(account: Account, central: Account, where: str) -> Document:
    """The trust of the role that governs in an account: the central account's governor takes it, with the external id.

    Raises `PlanError` (EXTERNAL_ID_MISSING) where the mesh file states none for the account.
    """
    if account.external_id is None:
        problem = "the role that governs here has no external id, so that whoever can name it could have it taken"
        fix = "add external_id: a text that only this mesh knows"
        raise PlanError(Fault("EXTERNAL_ID_MISSING", problem, where, fix))
    taker = {"AWS": role_arn(central, central.role)}
    return document(
        [trusted("Governor", taker, ["sts:AssumeRole"], {"StringEquals": {"sts:ExternalId": account.external_id}})]
    )


def registration(account: Account) -> Document:
    """The trust of the role by which Lake Formation reads data: the service takes it, for this account alone.

    Source: https://docs.aws.amazon.com/lake-formation/latest/dg/registration-role.html
    """
    service = {"Service": "lakeformation.amazonaws.com"}
    actions = ["sts:AssumeRole", "sts:SetContext", "sts:SetSourceIdentity"]
    return document([trusted("LakeFormation", service, actions, {"StringEquals": {"aws:SourceAccount": account.id}})])


def jobs(account: Account) -> Document:
    """The trust of a role that Glue jobs run as: the service takes it, for jobs of this account and region alone.

    Source: https://docs.aws.amazon.com/glue/latest/dg/cross-service-confused-deputy-prevention.html
    """
    when = {
        "StringEquals": {"aws:SourceAccount": account.id},
        "ArnLike": {"aws:SourceArn": account.arn("glue", "job/*")},
    }
    return document([trusted("Glue", {"Service": "glue.amazonaws.com"}, ["sts:AssumeRole"], when)])
