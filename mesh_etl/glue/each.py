"""A chore for several products, of which none keeps another from being done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mesh_etl.errors import MeshError
from mesh_etl.glue import told


def each(task: str, products: Sequence[str], work: Callable[[str], MeshError | None]) -> None:
    """The work was tried for every product, and what it raised is told in a line.

    Raises all errors, those that it returned and those that it raised, as one of the worst kind.
    """
    errors: list[MeshError] = []
    for product in products:
        try:
            found = work(product)
        except MeshError as error:
            told.line(task, product=product, **told.failure(error))
            found = error
        if found is not None:
            errors.append(found)
    all_of_them = told.worst(errors)
    if all_of_them is not None:
        raise all_of_them
