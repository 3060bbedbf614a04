"""`python`: a function of the user's own."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from mesh_etl.errors import Fault, PlanError, did_you_mean
from mesh_etl.transforms.base import Context, Transform, transform

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@transform
class Python(Transform):
    """Call a function that takes a frame, and the context if it has a second parameter, and returns a frame.

    - {type: python, function: "sales_rules.orders:complete"}
    """

    traced: ClassVar[bool] = False

    type: Literal["python"] = "python"
    function: str = Field(
        pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$", description="Where it is: `module:function`."
    )

    def apply(self, df: DataFrame, context: Context) -> DataFrame:
        """What the function returns; raises `PlanError` PYTHON_IMPORT, PYTHON_SIGNATURE or PYTHON_RESULT."""
        where = f"{context.place}.function"
        function = self._load(where)
        answer = function(df, context) if _parameters(function, where) == 2 else function(df)
        if not hasattr(answer, "mapInArrow"):
            problem = f"returned {type(answer).__name__}, and a DataFrame is expected"
            raise PlanError(Fault("PYTHON_RESULT", problem, where, "return the frame that it was given, transformed"))
        return answer  # type: ignore[no-any-return]

    def _load(self, where: str) -> Callable[..., Any]:
        module_name, _, name = self.function.partition(":")
        try:
            module = import_module(module_name)
        except ImportError as error:
            missing = error.name or module_name
            fix = "install it, put it under the project's folder, or its folder on PYTHONPATH"
            raise PlanError(Fault("PYTHON_IMPORT", f"module '{missing}' cannot be imported", where, fix)) from error
        function = getattr(module, name, None)
        if not callable(function):
            known = [each for each, value in vars(module).items() if callable(value) and not each.startswith("_")]
            problem = f"module '{module_name}' has no function '{name}'"
            raise PlanError(Fault("PYTHON_IMPORT", problem, where, did_you_mean(name, known)))
        return function  # type: ignore[no-any-return]


def _parameters(function: Callable[..., Any], where: str) -> int:
    """How many arguments the function takes: the frame, or the frame and the context."""
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(function).parameters.values()
    needed = sum(each.kind in positional and each.default is each.empty for each in parameters)
    named = any(each.kind is each.KEYWORD_ONLY and each.default is each.empty for each in parameters)
    if needed not in (1, 2) or named:
        problem, fix = "takes other arguments than (frame) or (frame, context)", "define it as def name(frame): …"
        raise PlanError(Fault("PYTHON_SIGNATURE", problem, where, fix))
    return needed
