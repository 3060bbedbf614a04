"""The transforms as methods: each takes the keys that it has in job.yaml, those of plug-ins as well."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from decimal import Decimal
from inspect import Parameter, Signature
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from mesh_etl.errors import ConfigError, Fault, did_you_mean
from mesh_etl.transforms.base import Transform, transform

P = TypeVar("P")


class Call(Generic[P]):
    """One transform as a function of its keys; its documentation and its signature are those of the model."""

    def __init__(self, kind: type[Transform], then: Callable[[dict[str, Any]], P]) -> None:
        self._kind, self._then = kind, then
        self.__doc__ = kind.__doc__
        self.__name__ = str(kind.model_fields["type"].default)
        fields = [(name, one) for name, one in kind.model_fields.items() if name != "type"]
        self.__signature__ = Signature(
            [
                Parameter(
                    name,
                    Parameter.KEYWORD_ONLY,
                    default=Parameter.empty if one.is_required() else one.get_default(call_default_factory=True),
                )
                for name, one in fields
            ]
        )

    def __call__(self, *values: object, **keys: Any) -> P:
        if values:
            wanted = ", ".join(f"{name}=…" for name in self.__signature__.parameters)
            fix = f"write {self.__name__}({wanted})"
            raise ConfigError(
                Fault("KEYS_NAMED", "a step takes its keys by name, as job.yaml does", self.__name__, fix)
            )
        fields = self._kind.model_fields
        return self._then({"type": self.__name__, **{_spelled(name, fields): plain(one) for name, one in keys.items()}})


def call(name: str, then: Callable[[dict[str, Any]], P]) -> Call[P]:
    """The transform of this name, of which `then` gets the keys. Raises `ConfigError` UNKNOWN_TYPE."""
    if name not in set(transform):
        raise ConfigError(Fault("UNKNOWN_TYPE", f"unknown transform '{name}'", "", did_you_mean(name, transform)))
    return Call(transform[name], then)


def plain(value: Any) -> Any:
    """The value as YAML has it: models, tuples, dates and decimals become mappings, lists and text.

    Raises `ConfigError` WRONG_TYPE for anything that a file cannot hold, such as a function or a frame.
    """
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_defaults=False)
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, datetime.date | Decimal):
        return str(value)
    fix = "give text, numbers, lists or mappings; a function by its name, 'module:function'"
    raise ConfigError(Fault("WRONG_TYPE", f"job.yaml cannot hold a {type(value).__name__}", "", fix))


def _spelled(name: str, fields: Mapping[str, Any]) -> str:
    """The key as job.yaml has it: `with` is a word of Python's, so it is given as `with_`."""
    return fields[name].alias or name if name in fields else name
