"""Which of a few numbered templates a product's resources are in: always the same one, whatever else there is.

A resource that moved from one stack to another would be made there before it is gone here, and as its name is taken
the update would fail. So the place follows from the product's name alone, and the number of places never changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from mesh_etl.deploy.synth.template import Resource, Template
from mesh_etl.errors import ConfigError, Fault

SHARDS = 4
Piece = tuple[str, Mapping[str, Resource]]  # a product, or "" for what the unit has but once; its resources


def number(product: str) -> int:
    """The number of the template that has what is made for the product; the first has what the unit has but once."""
    return int(hashlib.sha256(product.encode()).hexdigest(), 16) % SHARDS + 1 if product else 1


def sharded(name: str, description: str, pieces: Iterable[Piece]) -> tuple[Template, ...]:
    """The templates `<name>-<number>` that hold the pieces, each product's in its own; none is empty.

    Raises `ConfigError` NAME_TAKEN where names of products lead to the same id of two things.
    """
    found: dict[int, dict[str, Resource]] = {}
    for product, resources in pieces:
        held = found.setdefault(number(product), {})
        if taken := sorted(held.keys() & resources.keys()):
            problem = f"two things would be called {', '.join(taken)} in the template '{name}'"
            raise ConfigError(Fault("NAME_TAKEN", problem, "configs", f"call the product '{product}' otherwise"))
        held.update(resources)
    numbers = [one for one in sorted(found) if found[one]]
    return tuple(Template(f"{name}-{one}", f"{description} ({one} of {SHARDS})", found[one]) for one in numbers)
