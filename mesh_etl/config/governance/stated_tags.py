"""What is wrong with the LF-Tags of a mesh file, and with the places that name them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from mesh_etl.config.governance.misstated import At, Misstated, unknown

if TYPE_CHECKING:
    from mesh_etl.config.mesh import Mesh

MOST_VALUES = 50  # of one key in an expression: `LFTag.TagValues` of a grant


def mistaken_tags(mesh: Mesh) -> Iterator[Misstated]:
    """Every fault of tags, of expressions, and of what is tagged."""
    for key, tag in mesh.tags.items():
        at = ("tags", key)
        for index, value in enumerate(tag.values):
            if value in tag.values[:index]:
                problem = f"the value '{value}' stands twice"
                yield Misstated("DUPLICATE_NAME", problem, "remove one of them", (*at, "values", index))
        if tag.default is not None and tag.default not in tag.values:
            yield unknown("value", tag.default, tag.values, (*at, "default"))
        for word, value in tag.classification.items():
            if value not in tag.values:
                yield unknown("value", value, tag.values, (*at, "classification", word))
            elif word.lower() in tag.values and word.lower() != value:
                problem = f"'{word}' is a value itself, and would mean '{value}'"
                yield Misstated("TAG_CONTRADICTION", problem, "leave it out", (*at, "classification", word))
    for name, domain in mesh.domains.items():
        single = {key: (value,) for key, value in domain.tags.items()}
        yield from _unknown_values(mesh, single, ("domains", name, "tags"))
    for name, expression in mesh.expressions.items():
        yield from _unknown_values(mesh, expression, ("expressions", name))
    for number, access in enumerate(mesh.access):
        place = ("access", number, "tagged")
        if not isinstance(access.tagged, str):
            yield from _unknown_values(mesh, access.tagged, place)
        elif access.tagged not in mesh.expressions:
            yield unknown("expression", access.tagged, mesh.expressions, place)


def _unknown_values(mesh: Mesh, stated: Mapping[str, tuple[str, ...]], at: At) -> Iterator[Misstated]:
    """Keys and values that no tag has: nothing could ever match them."""
    for key, values in stated.items():
        if key not in mesh.tags:
            yield unknown("LF-Tag", key, mesh.tags, (*at, key))
            continue
        for index, value in enumerate(values):
            if value not in mesh.tags[key].values:
                place = (*at, key, index) if at[0] != "domains" else (*at, key)
                yield unknown("value", value, mesh.tags[key].values, place)
        if len(values) > MOST_VALUES:
            problem = f"a grant takes {MOST_VALUES} values of a key at most"
            yield Misstated("TOO_MANY", problem, "make two expressions of it", (*at, key))
