"""`view.yaml`: a product that is a question to other products."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from mesh_etl.config.governance.people import PersonName
from mesh_etl.config.job import PRODUCT
from mesh_etl.config.model import Model

Dialect = Literal["spark", "athena"]


class View(Model):
    """One view: its SQL, and whose rights decide on what it reads."""

    product: str = Field(pattern=PRODUCT, description="The product, <domain>.<name>, as its folders are called.")
    contract: str = Field(default="contract.yaml", min_length=1, description="The contract, relative to this file.")
    sql: str | None = Field(
        default=None, min_length=1, description="One SELECT in Spark's SQL over products by their names."
    )
    sql_file: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*\.sql$",
        description="The file beside this one that holds the SELECT, in place of sql.",
    )
    definer: PersonName | None = Field(
        default=None,
        description="The persona of the domain whose rights decide on what the view reads, so that readers need none"
        " there. Without it, a reader needs rights on all that is read, and the view is one of Athena alone.",
    )
    dialects: tuple[Dialect, ...] = Field(
        default=("spark", "athena"), description="For which engines a view with a definer is registered."
    )

    @model_validator(mode="after")
    def _has_one_statement(self) -> Self:
        if (self.sql is None) == (self.sql_file is None):
            raise PydanticCustomError("one_statement", "needs sql or sql_file, and not both", {"fix": "keep one"})
        return self

    @model_validator(mode="after")
    def _dialects_are_of_a_definer(self) -> Self:
        if self.definer is None and "dialects" in self.model_fields_set:
            problem = "a view without a definer is one of Athena alone"
            raise PydanticCustomError("no_definer", problem, {"fix": "name a definer", "at": ("dialects",)})
        if not self.dialects:
            context = {"fix": "name spark, athena or both", "at": ("dialects",)}
            raise PydanticCustomError("out_of_bounds", "must not be empty", context)
        return self
