"""XML files."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator

from mesh_etl.contract.types import Array, DataType, Map, Schema, Struct
from mesh_etl.errors import Fault, PlanError
from mesh_etl.sources.base import Opened, SourceContext, source
from mesh_etl.sources.encoding import Encoding
from mesh_etl.sources.files import FileSource
from mesh_etl.sources.text import TextOptions

_NAME = r"[^\W\d][\w.-]*"
_QUALIFIED = rf"(?:{_NAME}:)?{_NAME}"
_STEPS = re.compile(rf"(?:{_QUALIFIED}/)*(?:@?{_QUALIFIED}|\.)")


@source
class Xml(FileSource, TextOptions):
    """The elements with one tag, their children and attributes matched to the contract by name.

    A column may stand elsewhere in the row: `columns: {id: "@id", city: address/city, note: "."}` (`@` for an
    attribute, `.` for the text). Children that are repeated become an array, nested ones a struct or a map. What lacks
    is NULL; what is empty is empty text, unless `nulls` says otherwise, or xsi:nil does. What no column reads is
    refused, or with `drift: ignore` left out and counted. Entities and external files are never read.

    source: {type: xml, path: "data/orders.xml", row_tag: order, namespaces: {o: "urn:shop:orders"}, nulls: [""]}
    """

    type: Literal["xml"] = Field(default="xml", description="XML.")
    row_tag: str = Field(
        pattern=rf"^{_QUALIFIED}$", description="The tag of the elements that are rows, wherever they stand."
    )
    namespaces: dict[str, str] | Literal["ignore"] = Field(
        default_factory=dict,
        validate_default=True,
        description="The namespaces of tags and attributes that are written with a prefix in the job, as prefix → URI; "
        "ignore: names match in any namespace.",
    )
    nulls: tuple[str, ...] = Field(default=(), description="The texts of elements and attributes that mean NULL.")
    encoding: Encoding | None = Field(
        default=None, description="The character encoding, where the files do not declare their own, or a wrong one."
    )

    @field_validator("namespaces")
    @classmethod
    def _are_named(cls, value: dict[str, str] | str) -> dict[str, str] | str:
        if isinstance(value, dict) and not all(re.fullmatch(_NAME, prefix) and uri for prefix, uri in value.items()):
            raise ValueError("maps prefixes to URIs")
        return value

    def open(self, context: SourceContext) -> Opened:
        from mesh_etl.kernels.xml.reader import XmlReader

        schema, names = self.schema_of(context)
        faults = [*self._drift_faults(context), *self._name_faults(context, names), *_type_faults(context, schema)]
        if faults:
            raise PlanError(*faults)
        files, skipped = self.pin(context)
        reader = XmlReader(
            schema,
            self.row_tag,
            names,
            self.drift == "ignore",
            self.namespaces,
            self.nulls,
            self.rules(),
            self.encoding or "",
        )
        return Opened(files, reader, skipped=skipped)

    def _drift_faults(self, context: SourceContext) -> list[Fault]:
        if self.drift != "evolve":
            return []
        problem = "drift: an element names the children that it has, not those that a file may have"
        return [Fault("DRIFT_UNFIT", problem, context.where("drift"), "use drift: fail or ignore")]

    def _name_faults(self, context: SourceContext, names: dict[str, str]) -> list[Fault]:
        faults = []
        for name, path in names.items():
            if not _STEPS.fullmatch(path):
                problem, fix = (
                    f"'{path[:64]}' is no path",
                    "write it as child, @attribute, a/b, a/@b, or . for the text",
                )
                faults.append(Fault("INVALID_VALUE", problem, context.where("columns", name), fix))
        for path in (self.row_tag, *names.values()):
            prefixes = re.findall(rf"({_NAME}):", path) if isinstance(self.namespaces, dict) else []
            for prefix in prefixes:
                if prefix not in self.namespaces:
                    fix = f"declare it: namespaces: {{{prefix}: …}}"
                    problem = f"the prefix '{prefix}' is not declared"
                    faults.append(Fault("INVALID_VALUE", problem, context.where("namespaces"), fix))
        return faults


def _type_faults(context: SourceContext, schema: Schema) -> list[Fault]:
    fix = "read it as an array of structs"
    return [
        Fault("TYPE_MISMATCH", f"column '{one.name}': XML has no lists of lists", context.where("columns"), fix)
        for one in schema
        if _has_lists_of_lists(one.type)
    ]


def _has_lists_of_lists(type_: DataType) -> bool:
    match type_:
        case Array(item):
            return isinstance(item, Array) or _has_lists_of_lists(item)
        case Map(_, value):
            return _has_lists_of_lists(value)
        case Struct(fields):
            return any(_has_lists_of_lists(one.type) for one in fields)
    return False
