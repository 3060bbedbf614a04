"""Grants and tags are given and taken; each entry of a batch is looked at, since a batch fails entry by entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.errors import Fault, RunError
from mesh_etl.govern.accounts import ATTEMPTS, BUSY, pause
from mesh_etl.govern.apply.batches import entries, gives, place, tags_of
from mesh_etl.govern.apply.lake import LAKE
from mesh_etl.govern.state import Columns, Resource, Rights
from mesh_etl.govern.state.wire import request

if TYPE_CHECKING:
    from mesh_etl.govern.accounts import Accounts
    from mesh_etl.govern.difference import Change

# What was granted or taken before, by a call whose reply was lost; reading back tells whether all of it was.
GRANTED, TAKEN = {"AlreadyExistsException"}, {"EntityNotFoundException", "InvalidInputException"}


def grants(accounts: Accounts, batch: tuple[Change, ...]) -> None:
    """The rights are given, or taken. Raises `RunError` as `Accounts.call` does."""
    account, giving = batch[0].account, gives(batch[0])
    operation = "batch_grant_permissions" if giving else "batch_revoke_permissions"
    waiting = [_entry(str(number), giving, *one) for number, one in enumerate(entries(batch), 1)]
    for attempt in range(1, ATTEMPTS + 1):
        answer = accounts.call(account, LAKE, operation, Entries=waiting) or {}
        failures = answer.get("Failures", ())
        again, worst = [], None
        for failure in failures:
            code = failure["Error"]["ErrorCode"]
            if code in (GRANTED if giving else TAKEN):
                continue
            worst = failure if worst is None or code not in BUSY else worst
            again += [one for one in waiting if one["Id"] == failure["RequestEntry"]["Id"]]
        if worst is None:
            return
        if worst["Error"]["ErrorCode"] not in BUSY or attempt == ATTEMPTS:
            raise _refused(accounts, account, operation, worst["Error"], batch)
        waiting = again
        pause(attempt)


def tags(accounts: Accounts, batch: tuple[Change, ...]) -> None:
    """The tags are set on the thing, or on all columns of the batch in one call, and taken from it."""
    account, (new, old) = batch[0].account, tags_of(batch[0])
    named = request(_together(batch))
    for operation, pairs in (("add_lf_tags_to_resource", new), ("remove_lf_tags_from_resource", old)):
        if pairs:
            _tag(accounts, account, operation, named, pairs, batch)


def _tag(
    accounts: Accounts, account: str, operation: str, named: Any, pairs: dict[str, str], batch: tuple[Change, ...]
) -> None:
    listed = [{"TagKey": key, "TagValues": [value]} for key, value in sorted(pairs.items())]
    for attempt in range(1, ATTEMPTS + 1):
        answer = accounts.call(account, LAKE, operation, Resource=named, LFTags=listed) or {}
        failures = [one for one in answer.get("Failures", ()) if not _is_done(operation, one)]
        if not failures:
            return
        error = failures[0]["Error"]
        if error["ErrorCode"] not in BUSY or attempt == ATTEMPTS:
            raise _refused(accounts, account, operation, error, batch)
        pause(attempt)


def _is_done(operation: str, failure: dict[str, Any]) -> bool:
    return operation.startswith("remove") and failure["Error"]["ErrorCode"] == "EntityNotFoundException"


def _together(batch: tuple[Change, ...]) -> Resource:
    first: Resource = batch[0].key
    if isinstance(first, Columns):
        return Columns(first.table, tuple(sorted(change.key.names[0] for change in batch)))
    return first


def _entry(number: str, giving: bool, principal: str, resource: Resource, rights: Rights) -> dict[str, Any]:
    return {
        "Id": number,
        "Principal": {"DataLakePrincipalIdentifier": principal},
        "Resource": request(resource),
        "Permissions": sorted(rights.permissions | rights.grantable if giving else rights.permissions),
        "PermissionsWithGrantOption": sorted(rights.grantable),
    }


def _refused(
    accounts: Accounts, account: str, operation: str, error: dict[str, str], batch: tuple[Change, ...]
) -> RunError:
    found = accounts.error(account, LAKE, operation, error["ErrorCode"], f": {error.get('ErrorMessage', '')}")
    (fault,) = found.faults
    where = f"{fault.where}, {place(batch[0].key)}"
    return RunError(Fault(fault.code, fault.problem, where, fault.fix), retryable=found.retryable)
