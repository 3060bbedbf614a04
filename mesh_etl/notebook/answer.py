"""What a call of a notebook gives back: a value, and how it looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from mesh_etl.notebook.page import Notes

T = TypeVar("T")


@dataclass(frozen=True, repr=False)
class Answer(Generic[T]):
    """A value that a notebook shows as HTML, and as plain text where it shows no HTML; `value` is for programs."""

    value: T
    page: Notes = field(compare=False)

    def __repr__(self) -> str:
        return self.page.text()

    def _repr_html_(self) -> str:
        return self.page.html()
