"""LF-Tags: keys with the values that they may have. Both are kept in lower case.

Sources: https://docs.aws.amazon.com/lake-formation/latest/dg/managing-tags.html,
https://docs.aws.amazon.com/lake-formation/latest/dg/TBAC-creating-tags.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import Refusal, invalid, missing
from mesh_etl.embedded_aws.lakeformation import callers, grants, settings
from mesh_etl.embedded_aws.lakeformation.authority import has_tag
from mesh_etl.embedded_aws.lakeformation.grants import Grant
from mesh_etl.embedded_aws.lakeformation.permissions import ANY_VALUE, FIT, TAG
from mesh_etl.embedded_aws.lakeformation.resources import Place
from mesh_etl.embedded_aws.lakeformation.settings import denied
from mesh_etl.embedded_aws.operations import Body, Call, operation
from mesh_etl.embedded_aws.pages import paged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_TAGS, MOST_VALUES, MOST = 1000, 1000, 1000
EVERY_VALUE = '["*"]'


@operation("lakeformation.CreateLFTag", "TagKey", "TagValues", writes=True)
def create_lf_tag(call: Call) -> Body:
    """The tag is defined; refused when it is already. Who makes it and is no administrator may do all with it."""
    _refuse_strangers(call)
    if not settings.administers(call, call.catalog) and not _may_create(call):
        raise denied("Required Create LF-Tag on the catalogue")
    key, values = call.folded("TagKey"), _values(call["TagValues"])
    if records.get(call, TAG, key):
        raise invalid("Tag key already exists")
    if ANY_VALUE in values:
        raise invalid(f"{ANY_VALUE} stands for every value and is none itself.")
    if sum(1 for _ in records.named(call, TAG)) >= MOST_TAGS:
        raise _too_many(f"An account has at most {MOST_TAGS} tags.")
    records.put(call, TAG, key, {"values": values})
    if not settings.administers(call, call.catalog):
        place = Place(call.catalog, "tag", "", key, EVERY_VALUE)
        grants.put(call, call.catalog, Grant(call.caller, place, FIT["tag"], FIT["tag"]))
    return {}


@operation("lakeformation.UpdateLFTag", "TagKey", "TagValuesToDelete", "TagValuesToAdd", writes=True)
def update_lf_tag(call: Call) -> Body:
    """The tag has more values or fewer; refused for a value that something is tagged with.

    The developer guide says that no such check is made, the reference of the call that it is: this is the stricter.
    """
    _refuse_strangers(call)
    key = call.folded("TagKey")
    before = _require(call, key)
    _refuse_without(call, key, "ALTER")
    away, more = _values(call.get("TagValuesToDelete", ())), _values(call.get("TagValuesToAdd", ()))
    if not away and not more:
        raise invalid("Values to add or to delete are required.")
    if not set(away) <= set(before):
        raise missing("Tag value")
    if set(more) & (set(before) | {ANY_VALUE}):
        raise invalid("A value to add is one of the tag already.")
    if any(_in_use(call, key, value) for value in away):
        raise invalid("Update not allowed: a resource is tagged with a value to delete.")
    after = [value for value in before if value not in away] + more
    if not after:
        raise invalid("A tag has at least one value.")
    if len(after) > MOST_VALUES:
        raise _too_many(f"A tag has at most {MOST_VALUES} values.")
    records.put(call, TAG, key, {"values": after})
    return {}


@operation("lakeformation.DeleteLFTag", "TagKey", writes=True)
def delete_lf_tag(call: Call) -> Body:
    """The tag is gone, from all that had it as well; grants by it are left and match nothing."""
    _refuse_strangers(call)
    key = call.folded("TagKey")
    _require(call, key)
    _refuse_without(call, key, "DROP")
    records.drop(call, TAG, key)
    call.sql.execute("DELETE FROM tagged WHERE catalog = ? AND key = ?", (call.catalog, key))
    for catalog, grant in list(grants.on(call, call.catalog, ("tag",), "", key)):
        grants.drop(call, catalog, grant)
    return {}


@operation("lakeformation.GetLFTag", "TagKey")
def get_lf_tag(call: Call) -> Body:
    """The tag with its values."""
    key = call.folded("TagKey")
    values = _require(call, key)
    seen_by_caller = visible(call, call.catalog, key, values)
    if not seen_by_caller:
        raise denied(f"Required Describe on the tag {key}")
    return {"CatalogId": call.account, "TagKey": key, "TagValues": seen_by_caller}


@operation("lakeformation.ListLFTags", "ResourceShareType", "MaxResults", "NextToken")
def list_lf_tags(call: Call) -> Body:
    """The tags that the caller may see, by key, in pages; those of other accounts on demand."""
    catalogs = [] if call.get("ResourceShareType") == "FOREIGN" else [call.catalog]
    if call.get("ResourceShareType"):
        catalogs += _foreign(call)
    rows = ((f"{catalog} {key}", body) for catalog in catalogs for key, body in _listed(call, catalog))
    return paged(call, "LFTags", rows, MOST)


def visible(call: Call, catalog: str, key: str, values: Iterable[str]) -> list[str]:
    """Those of the values that the caller may describe or assign."""
    if settings.looks_on(call, catalog):
        return list(values)
    return [value for value in values if has_tag(call, catalog, key, [value], "DESCRIBE")]


def _listed(call: Call, catalog: str) -> Iterator[tuple[str, Body]]:
    for key, body in records.named(call, TAG, "", catalog):
        values = _shared(call, catalog, key, body["values"]) if catalog != call.catalog else None
        shown = visible(call, catalog, key, body["values"]) if values is None else values
        if shown:
            yield key, {"CatalogId": catalog.partition("/")[0], "TagKey": key, "TagValues": shown}


def _foreign(call: Call) -> list[str]:
    """The catalogues of other accounts that have given the caller or its account something on their tags."""
    to = [call.caller, *callers.whole(call)]
    rows = call.sql.execute(
        f"SELECT DISTINCT catalog FROM grants WHERE kind = 'tag' AND principal IN ({', '.join('?' for _ in to)})", to
    )
    return [
        catalog for (catalog,) in rows.fetchall() if catalog != call.catalog and catalog.endswith(f"/{call.region}")
    ]


def _shared(call: Call, catalog: str, key: str, values: list[str]) -> list[str]:
    """The values that another account lets the caller see: directly, or the account that the caller administers."""
    to = [call.caller, *(callers.whole(call) if settings.looks_on(call, call.catalog) else [])]
    found = [
        grant
        for grant in grants.given(call, catalog, to, catalog, "tag")
        if grant.place.name == key and callers.received(call, grant)
    ]
    given = {value for grant in found for value in grant.place.values}
    return values if ANY_VALUE in given else [value for value in values if value in given]


def _values(given: Iterable[str]) -> list[str]:
    values = [value.lower() for value in given]
    if len(set(values)) != len(values):
        raise invalid("A value is given twice.")
    return values


def _require(call: Call, key: str) -> list[str]:
    found = records.get(call, TAG, key)
    if found is None:
        raise missing("Tag key")
    return list(found["values"])


def _in_use(call: Call, key: str, value: str) -> bool:
    sql = "SELECT 1 FROM tagged WHERE catalog = ? AND key = ? AND value = ? LIMIT 1"
    return call.sql.execute(sql, (call.catalog, key, value)).fetchone() is not None


def _may_create(call: Call) -> bool:
    place = Place(call.catalog, "catalog")
    found = [grants.get(call, call.catalog, one, place) for one in callers.principals(call, call.catalog)]
    return any(grant.has("CREATE_LF_TAG") for grant in found if grant)


def _refuse_without(call: Call, key: str, right: str) -> None:
    if not has_tag(call, call.catalog, key, [ANY_VALUE], right):
        raise denied(f"Required {right.title()} on the tag {key}")


def _refuse_strangers(call: Call) -> None:
    if call.account != call.caller_account:
        raise denied("the tags of another account")


def _too_many(what: str) -> Refusal:
    return Refusal("ResourceNumberLimitExceededException", what)
