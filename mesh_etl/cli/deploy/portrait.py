"""Changes of stacks as people and machines read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mesh_etl.cli.wording import count, size
from mesh_etl.config import placement
from mesh_etl.placeholder import ACCOUNT

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.deploy.stacks.change import Change, Kind

SIGNS: dict[str, str] = {"added": "+", "changed": "~", "replaced": "!", "removed": "-", "kept": "="}
STYLES = {"added": "green", "changed": "yellow", "replaced": "bold red", "removed": "red", "kept": ""}
DATA = {"kept": " and stays in the account", "replaced": ", which the new one has not"}
WORDS: dict[Kind, str] = {
    "added": "to add", "changed": "to change", "replaced": "to replace", "removed": "to remove",
    "kept": "to leave in the account",
}  # fmt: skip


def show(page: Page, changes: Sequence[Change], titles: Mapping[str, str]) -> None:
    """Each change on a line below the stack that it is in, by its title; what may lose data says so."""
    for stack in dict.fromkeys(one.stack for one in changes):
        page.line()
        page.line(titles.get(stack, stack) or "root", "bold")
        for one in changes:
            if one.stack != stack:
                continue
            because = f": {', '.join(one.because)}" if one.because else ""
            page.line(f"  {SIGNS[one.kind]} {one.type.removeprefix('AWS::')}  {one.name}{because}", STYLES[one.kind])
            if one.kind == "replaced":
                old = "stays in the account, in no stack" if one.stays else "goes"
                page.line(f"      ! it is made anew, and the old one {old}", "bold red")
            if one.holds_data and one.kind != "added":
                page.line(f"      ! holds data{DATA.get(one.kind, '')}", "bold red")
    page.line()
    page.line(counted(changes))


def told(page: Page, facts: Mapping[str, Any], titles: Mapping[str, str], env: str, jobs: Sequence[str]) -> None:
    """What a deploy has done, or a dry run would do, and the next command; `jobs` is what commands call them by."""
    unit, changes = facts["unit"], facts["changes"]
    where = f"{facts['stack']} in account {facts['account']}, {facts['region']}"
    if "unused" in facts:
        page.line(_unused(facts["unused"], facts["dry_run"]))
    if facts["dry_run"]:
        show(page, changes, titles)
        if "not_asked" in facts:
            page.line(f"AWS was not asked, so this is what a first deploy makes: {facts['not_asked']}")
        page.line(f"{where}: nothing was changed")
        unknown = facts.get("boundary_state") in (None, "unread")
        if unknown and any(one.kind == "added" and one.type == "AWS::IAM::Role" for one in changes):
            policy = facts["boundary"].partition("policy/")[2]
            page.line(f"Roles need {policy} in the account beforehand: mesh-etl govern policies --env {env}")
        if facts["account"] == ACCOUNT:
            page.line(f"Put your account and region into {placement.env_path(env).as_posix()} first.")
        page.next(f"mesh-etl {'deploy' if changes else 'status'} {unit} --env {env}")
    elif facts.get("refused"):
        page.line(f"{where}: nothing was changed")
    elif not facts["executed"]:
        page.line(f"{where}: nothing to change")
        page.next(f"mesh-etl status {unit} --env {env}")
    else:
        page.line(f"{where}: deployed, with {count(len(changes), 'change')}")
        page.next(f"mesh-etl status {unit} --env {env}", *(f"mesh-etl start {one} --env {env}" for one in jobs[:1]))


def _unused(found: Sequence[Mapping[str, Any]], dry_run: bool) -> str:
    """What becomes of packages that nobody needs."""
    if not found:
        return "every package is needed, or younger than 30 days"
    told = f"{count(len(found), 'old file')} in the artifacts bucket, {size(sum(one['size'] for one in found))}"
    return f"{told}: --prune would let S3 remove them" if dry_run else f"{told}: S3 removes them within two days"


def counted(changes: Sequence[Change]) -> str:
    """How many changes of each kind: `3 changes: 2 to add, 1 to replace`."""
    kinds = Counter(one.kind for one in changes)
    parts = [f"{kinds[kind]:,} {words}" for kind, words in WORDS.items() if kinds[kind]]
    return f"{count(len(changes), 'change')}: {', '.join(parts)}" if changes else "nothing to change"


def plain(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """The changes as plain JSON data."""
    return [
        {
            "kind": one.kind,
            "stack": one.stack or "root",
            "id": one.logical,
            "type": one.type,
            "name": one.name,
            "because": list(one.because),
            "holds_data": one.holds_data,
            "dangerous": one.dangerous,
            "old_stays": one.stays,
        }
        for one in changes
    ]
