"""What a transform is: a model that a user writes in YAML and a function from frame to frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from mesh_etl.config.model import Model
from mesh_etl.registry import Registry

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


class Context:
    """What a transform may use besides its frame: the job's other inputs, secrets and the session."""

    def __init__(
        self,
        session: SparkSession,
        inputs: Mapping[str, DataFrame],
        secret: Callable[[str], str],
        place: str = "",
    ) -> None:
        self.session = session
        self.inputs = inputs
        self.secret = secret
        self.place = place  # where in the job the transform stands, for messages: "transforms[2]"


class Transform(Model):
    """A step of the job.

    `traced` says that each output row stems from exactly one input row and that `apply` keeps the hidden columns
    (see `trace.py`). A transform that is not traced starts a new segment of the row accounting.
    """

    traced: ClassVar[bool] = True
    type: str

    def rule(self, place: str) -> str:
        """The name under which rows that this step drops are counted, such as `filter[2]`."""
        return f"{self.type}[{place.rpartition('[')[2].rstrip(']')}]"

    def reads(self) -> tuple[str, ...]:
        """The names of the job's other inputs that this step reads."""
        return ()

    def is_traced(self) -> bool:
        """Whether rows stay traced through this step as it is configured."""
        return self.traced

    def apply(self, df: DataFrame, context: Context) -> DataFrame:
        """The frame after this step; lazy, and pure but for what the context offers.

        Raises `PlanError` when a column that it names is missing.
        """
        raise TypeError(f"{type(self).__name__} has no apply")


transform: Registry[Transform] = Registry("transform")
