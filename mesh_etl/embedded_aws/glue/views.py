"""Views of several dialects: what they must have, and the change of one dialect among others.

Sources: https://docs.aws.amazon.com/lake-formation/latest/dg/working-with-views.html,
https://docs.aws.amazon.com/athena/latest/ug/alter-view-dialect.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesh_etl.embedded_aws.answers import NotImplementedByEmbeddedAws, invalid

if TYPE_CHECKING:
    from mesh_etl.embedded_aws.operations import Body

MANAGED = (
    "IsManaged", "ViewVersionId", "ViewVersionToken", "RefreshSeconds", "LastRefreshType", "SubObjectVersionIds",
    "SubObjectsStatistics", "SparkPipelineInfo",
)  # fmt: skip


def check_view(body: Body) -> None:
    """Refuse a view of no dialect or of one dialect twice, without a definer, or without columns."""
    view = body["ViewDefinition"]
    unread = [member for member in MANAGED if member in view]
    if unread:
        raise NotImplementedByEmbeddedAws(what=f"glue views with {', '.join(unread)}")
    dialects = _dialects(body)
    if not dialects or None in dialects:
        raise invalid("A view needs a representation, each with its dialect.")
    if len(dialects) != len(view["Representations"]):
        raise invalid("A view has one representation of each dialect.")
    if "Definer" not in view:
        raise invalid("A view needs a definer.")
    if not body.get("StorageDescriptor", {}).get("Columns"):
        raise invalid("A view needs columns.")


def check_texts(body: Body) -> None:
    """Refuse a view that does not say what it selects."""
    if any("ViewOriginalText" not in one for one in body["ViewDefinition"]["Representations"]):
        raise invalid("A representation of a view needs its ViewOriginalText.")


def updated(old: Body, body: Body, action: str, force: bool) -> Body:
    """The view `body` with those dialects of `old` that the action, ADD, REPLACE or DROP, leaves alone.

    Where columns or sub-objects change, the others would tell something else: they are marked as stale with `force`,
    and the update is refused without.
    """
    if "ViewDefinition" not in old or "ViewDefinition" not in body:
        raise invalid("ViewUpdateAction is for views.")
    before, given = _dialects(old), _dialects(body)
    known = before.keys() & given.keys()
    if action == "ADD" and known:
        raise invalid("The view has the dialect already.")
    if action in ("REPLACE", "DROP") and known != given.keys():
        raise invalid("The view has not the dialect.")
    others = [one for dialect, one in before.items() if dialect not in given]
    if action == "DROP":
        if not others:
            raise invalid("A view needs a representation.")
        return {**old, "ViewDefinition": {**old["ViewDefinition"], "Representations": others}}
    if _seen(old) != _seen(body):
        if others and not force:
            raise invalid("The columns and sub-objects of a view are the same in all dialects.")
        others = [{**one, "IsStale": True} for one in others]
    merged = [*others, *body["ViewDefinition"]["Representations"]]
    return {**body, "ViewDefinition": {**body["ViewDefinition"], "Representations": merged}}


def _dialects(body: Body) -> dict[str | None, Body]:
    return {one.get("Dialect"): one for one in body["ViewDefinition"].get("Representations", [])}


def _seen(body: Body) -> tuple[object, object]:
    return body.get("StorageDescriptor", {}).get("Columns"), body["ViewDefinition"].get("SubObjects", [])
