"""One registry for every kind of component: sources, transforms and modes are classes with a `type` tag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")


class Registry(Generic[T]):
    """A mapping from the `type` tag that a user writes to the class that implements it."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._known: dict[str, type[T]] = {}

    def __call__(self, component: type[T]) -> type[T]:
        """Register `component` under the default of its `type` field; used as a class decorator.

        Raises `ValueError` when the name is taken, so that a plug-in cannot replace a component unnoticed.
        """
        name = str(component.model_fields["type"].default)  # type: ignore[attr-defined]
        if name in self._known and self._known[name] is not component:
            raise ValueError(f"{self.kind} '{name}' is registered already")
        self._known[name] = component
        return component

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._known))

    def __getitem__(self, name: str) -> type[T]:
        return self._known[name]

    def components(self) -> tuple[type[T], ...]:
        """All registered classes, by name."""
        return tuple(self._known[name] for name in self)
