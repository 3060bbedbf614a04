"""From an older spelling of the standard to that of its newest version, with the meaning and the file's layout kept."""

from __future__ import annotations

from mesh_etl.config.validate import validate
from mesh_etl.config.yaml import parse as parse_yaml
from mesh_etl.contract import types
from mesh_etl.contract.draft import Draft
from mesh_etl.contract.odcs import DataContract
from mesh_etl.contract.options import RangeOptions
from mesh_etl.contract.quality import LibraryRule
from mesh_etl.contract.rewrite import Rewrite
from mesh_etl.contract.strict import version_faults, version_warnings
from mesh_etl.contract.table import Loc, Property
from mesh_etl.contract.versions import NEWEST
from mesh_etl.errors import Fault


def upgraded(text: str, name: str) -> str:
    """The text in the spelling of the newest version; `name` is what messages call its file.

    What needs nothing stays byte for byte. Raises `ConfigError` when the text is no contract.
    """
    document = parse_yaml(text.removeprefix("\ufeff"), name)
    odcs = validate(DataContract, document)
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    rewrite = Rewrite(text.removeprefix("\ufeff"))
    if odcs.api_version != NEWEST:
        rewrite.replace(("apiVersion",), NEWEST)
    if isinstance(odcs.team, tuple):
        rewrite.nest(("team",), "team", "members")
    _default_element(odcs, rewrite)
    for loc, rule in odcs.rules():
        if isinstance(rule, LibraryRule):
            _metric(rule, loc, rewrite)
    for index, table in enumerate(odcs.tables):
        for below, found in table.walk():
            _bounds(found, ("schema", index, *below), rewrite)
            if odcs.api_version.startswith("v3.0."):
                _moment(found, ("schema", index, *below), rewrite)
    return mark + rewrite.text()


def left(text: str, name: str) -> tuple[Fault, ...]:
    """What of an upgraded text is still an older spelling, because only its owner can say what it should be."""
    document = parse_yaml(text.removeprefix("\ufeff"), name)
    draft = Draft(validate(DataContract, document), document)
    return (*version_faults(draft), *version_warnings(draft))


def _default_element(odcs: DataContract, rewrite: Rewrite) -> None:
    if odcs.sla_default_element is None:
        return
    rewrite.remove(("slaDefaultElement",))
    for index, one in enumerate(odcs.sla_properties):
        if one.element is None:
            rewrite.add(("slaProperties", index, "property"), "element", odcs.sla_default_element)


def _metric(rule: LibraryRule, loc: Loc, rewrite: Rewrite) -> None:
    if rule.rule is not None and rule.metric is None:
        rewrite.rename((*loc, "rule"), "metric")
        rewrite.replace((*loc, "rule"), rule.measure)
        if rule.implied:
            rewrite.add((*loc, "rule"), "mustBe", 0)
    if rule.valid_values is not None and rule.arguments is None:
        rewrite.nest((*loc, "validValues"), "arguments", "validValues")


def _bounds(found: Property, loc: Loc, rewrite: Rewrite) -> None:
    options = found.logical_type_options
    if not isinstance(options, RangeOptions):
        return
    here = (*loc, "logicalTypeOptions")
    for name, exclusive in (("minimum", options.exclusive_minimum), ("maximum", options.exclusive_maximum)):
        key = f"exclusive{name.capitalize()}"
        if exclusive is True and getattr(options, name) is not None:
            rewrite.rename((*here, name), key)
        if isinstance(exclusive, bool):
            rewrite.remove((*here, key))


def _moment(found: Property, loc: Loc, rewrite: Rewrite) -> None:
    """Version 3.0 has `date` for timestamps too; the physicalType tells which it is."""
    if found.logical_type != "date" or not found.physical_type:
        return
    try:
        physical = types.parse(found.physical_type)
    except ValueError:
        return  # the dialect of another server
    if isinstance(physical, types.Simple) and physical.name.startswith("timestamp"):
        rewrite.replace((*loc, "logicalType"), "timestamp")
