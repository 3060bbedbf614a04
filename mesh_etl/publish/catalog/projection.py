"""Athena's partition projection: the table's own parameters say which partitions there are and where they lie.

Athena then never asks the catalogue for partitions, so the settings are right only where one template says where all
of them lie: when one commit has written all, in folders that are called by the values as they are.
Source: Athena user guide, "Partition projection with Amazon Athena", enum type and custom locations.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from mesh_etl.publish.catalog.desired import Desired

ENABLED, TEMPLATE = "projection.enabled", "storage.location.template"
NULL_VALUE = "__HIVE_DEFAULT_PARTITION__"
_MOST_VALUES = 1_000  # of a key
_MOST_COMBINED = 100_000  # of all keys: Athena lists the folder of each that a filter leaves
_LONGEST = 512_000  # characters of a parameter's value in Glue


def projected(desired: Desired, found: Mapping[str, str]) -> dict[str, str]:
    """The parameters by which Athena computes the partitions, or that it must not where old ones say that it may."""
    made = _settings(desired) if desired.projection else {}
    return made or ({ENABLED: "false"} if ENABLED in found else {})


def _settings(desired: Desired) -> dict[str, str]:
    """The settings, or none where they would not be right for every partition."""
    names = [key.name.lower() for key in desired.partition_keys]
    template = _template(desired, names)
    if not template:
        return {}
    values = [sorted({one[index] for one in desired.partitions}) for index in range(len(names))]
    combined = 1
    for group in values:
        combined *= len(group)
    listed = [",".join(group) for group in values]
    if combined > _MOST_COMBINED or max(map(len, values)) > _MOST_VALUES or max(map(len, listed)) > _LONGEST:
        return {}
    settings = {ENABLED: "true", TEMPLATE: template}
    for name, text in zip(names, listed, strict=True):
        settings |= {f"projection.{name}.type": "enum", f"projection.{name}.values": text}
    return settings


def _template(desired: Desired, names: list[str]) -> str:
    """The location of every partition with its values as variables; empty where there is no such one."""
    found = set()
    for values, location in desired.partitions.items():
        if any(_unfit(value) for value in values):
            return ""
        tail = "/".join(f"{key.name}={value}" for key, value in zip(desired.partition_keys, values, strict=True)) + "/"
        if not location.endswith(tail):
            return ""
        found.add(location.removesuffix(tail))
    if len(found) != 1:
        return ""
    (root,) = found
    keys = (f"{key.name}=${{{name}}}" for key, name in zip(desired.partition_keys, names, strict=True))
    return f"{root}{'/'.join(keys)}/"


def _unfit(value: str) -> bool:
    """Whether a list of values could not hold this one, or a folder is not called by it as it is."""
    return value == NULL_VALUE or "," in value or "$" in value or value != value.strip() or unquote(value) != value
