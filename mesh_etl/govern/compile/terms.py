"""The custom properties of a contract's role: whom it shows which part of a product, and until when."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, ValidationError

from mesh_etl.config import wording
from mesh_etl.config.model import Model
from mesh_etl.errors import did_you_mean

if TYPE_CHECKING:
    from mesh_etl.contract.load import Contract
    from mesh_etl.contract.people import Role
    from mesh_etl.govern.compile.findings import Findings

Names = Annotated[tuple[str, ...], Field(min_length=1)]


class Terms(Model):
    """What a role says beside its name and its access."""

    principals: Names | None = Field(default=None, description="Who has the role; without any it can be asked for.")
    rows: str | None = Field(default=None, min_length=1, description="An SQL condition on the rows that are shown.")
    columns: Names | None = Field(default=None, description="The columns that are shown; all by default.")
    hide: Names | None = Field(default=None, description="Columns that are not shown.")
    hide_classified: Names | None = Field(
        default=None, alias="hideClassified", description="Classifications whose columns are not shown."
    )
    mask: Annotated[dict[str, str], Field(min_length=1)] | None = Field(
        default=None, description="For a column the SQL expression of it that is shown in its place."
    )
    until: datetime.date | None = Field(default=None, description="The last day on which it holds, in UTC.")
    grant_option: bool = Field(default=False, alias="grantOption", description="Whether it may be given on.")


def terms_of(role: Role, index: int, contract: Contract, findings: Findings) -> Terms | None:
    """The terms of the contract's role `index`; None, and GOVERNANCE_ROLE for each, where some are wrong.

    A custom property that this library does not know is told; one that looks like a slip of the pen is a fault, since
    a condition that nobody reads would show too much.
    """
    known = {field.alias or name for name, field in Terms.model_fields.items()}
    places = {one.property: at for at, one in enumerate(role.custom_properties)}
    before = len(findings.faults)
    for name, at in places.items():
        if name not in known:
            fix = did_you_mean(name, known)
            where = contract.where("roles", index, "customProperties", at, "property")
            tell = findings.fault if fix.startswith("did you mean") else findings.warn
            tell("GOVERNANCE_ROLE", f"role '{role.role}': the property '{name}' means nothing here", where, fix)
    stated = {one.property: one.value for one in role.custom_properties if one.property in known}
    if len(places) < len(role.custom_properties):
        where = contract.where("roles", index, "customProperties")
        findings.fault("GOVERNANCE_ROLE", f"role '{role.role}': a property stands twice", where, "remove one of them")
    try:
        terms = Terms.model_validate(stated)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            name = str(one["loc"][0])
            where = contract.where("roles", index, "customProperties", places[name], "value", *one["loc"][1:])
            findings.fault("GOVERNANCE_ROLE", f"role '{role.role}': {name}: {_told(one)}", where)
        return None
    return terms if len(findings.faults) == before else None


def _told(error: object) -> str:
    kind, context = str(error["type"]), error.get("ctx", {})  # type: ignore[index,attr-defined]
    wanted = wording.expected(kind)
    return f"expected {wanted}" if wanted else wording.bound(kind, context) or "is not valid"
