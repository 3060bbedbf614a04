"""Who is meant: from the names of people in configuration and on the command line to principals, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.errors import ConfigError, Fault, did_you_mean
from mesh_etl.govern.names import role_arn
from mesh_etl.govern.state.groups import account_of

if TYPE_CHECKING:
    from mesh_etl.config.mesh import Mesh

_ARN = re.compile(r"arn:aws:iam::(\d{12}):role/([\w+=,.@/-]{1,576})", re.ASCII)
_ROLE = re.compile(r"(?:([^/]+)/)?role/(.+)")  # a role may have a path: role/service-role/name
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Recipients:
    """Whom a name stands for: roles of one account, by ARN; `whole` where it names the account or team itself."""

    account: str
    roles: tuple[str, ...]
    whole: bool = False

    @property
    def principal(self) -> str:
        """The one principal: the role, or twelve digits where it is a whole account."""
        return self.account if self.whole else self.roles[0]


def people(mesh: Mesh) -> dict[str, str]:
    """The ARN of everybody whom the mesh file names, by `<domain>.<persona>` or `<consumer>.<principal>`."""
    return dict(_people(mesh))


def recipients(mesh: Mesh, text: str, where: str = "") -> Recipients:
    """Whom the text names: `sales.engineer`, a domain, consumer or account, `role/<name>`, `<account>/role/<name>`,
    an ARN, or twelve digits.

    Raises `ConfigError`: UNKNOWN_PRINCIPAL, AMBIGUOUS_PRINCIPAL.
    """
    person = _person(mesh, *text.partition(".")[::2])
    if person is not None:
        return Recipients(account_of(person), (person,))
    if _ARN.fullmatch(text):
        return Recipients(account_of(text), (text,))
    known = people(mesh)
    if (team := _team(mesh, text, known)) is not None:
        return team
    if named := _ROLE.fullmatch(text):
        return _of_role(mesh, named[1] or "", named[2], where)
    fix = did_you_mean(text, {*known, *mesh.domains, *mesh.consumers, *mesh.accounts})
    raise ConfigError(Fault("UNKNOWN_PRINCIPAL", f"nobody of the mesh is called {_quoted(text)}", where, fix))


def principal(mesh: Mesh, text: str, where: str = "") -> str:
    """The principal as Lake Formation spells it: the ARN of a role, or twelve digits for a whole account.

    Raises `ConfigError` as `recipients` does.
    """
    return recipients(mesh, text, where).principal


def runner(mesh: Mesh, domain: str) -> str | None:
    """The ARN of the role that runs the domain's jobs; None where no persona does."""
    stated = mesh.domains[domain]
    found = next((one for one in stated.personas.values() if one.runs_jobs), None)
    return None if found is None or stated.account is None else role_arn(mesh.accounts[stated.account], found.role)


def name_of(mesh: Mesh, who: str) -> str:
    """What people call the principal: its name in the mesh file, else `<account>/role/<name>`, else as it is."""
    named = next((name for name, arn in _people(mesh) if arn == who), None)
    if named is not None:
        return named
    accounts = {account.id: name for name, account in mesh.accounts.items()}
    match = _ARN.fullmatch(who)
    if match:
        return f"{accounts.get(match[1], match[1])}/role/{match[2]}"
    return accounts.get(who, who)


def _people(mesh: Mesh) -> Iterator[tuple[str, str]]:
    for name, domain in mesh.domains.items():
        if domain.account in mesh.accounts:
            for persona, stated in domain.personas.items():
                yield f"{name}.{persona}", role_arn(mesh.accounts[domain.account], stated.role)
    for name, consumer in mesh.consumers.items():
        if consumer.account in mesh.accounts:
            for one, role in consumer.principals.items():
                yield f"{name}.{one}", role_arn(mesh.accounts[consumer.account], role)


def _person(mesh: Mesh, team: str, name: str) -> str | None:
    """The ARN of the persona or principal; None where there is none."""
    stated = mesh.domains.get(team) or mesh.consumers.get(team)
    if stated is None or stated.account not in mesh.accounts:
        return None
    roles = mesh.domains[team].personas if team in mesh.domains else mesh.consumers[team].principals
    role = roles.get(name)
    if role is None:
        return None
    return role_arn(mesh.accounts[stated.account], role if isinstance(role, str) else role.role)


def _team(mesh: Mesh, text: str, known: dict[str, str]) -> Recipients | None:
    """The whole of a domain, of a consumer or of an account, with the roles that the mesh knows there."""
    by_id = {account.id: account for account in mesh.accounts.values()}
    if text in mesh.domains or text in mesh.consumers:
        stated = mesh.domains[text].account if text in mesh.domains else mesh.consumers[text].account
        if stated in mesh.accounts:
            roles = tuple(arn for name, arn in known.items() if name.partition(".")[0] == text)
            return Recipients(mesh.accounts[stated].id, tuple(dict.fromkeys(roles)), whole=True)
    id_ = mesh.accounts[text].id if text in mesh.accounts else text
    if id_ in by_id or _ACCOUNT.fullmatch(id_):
        roles = tuple(arn for arn in known.values() if account_of(arn) == id_)
        return Recipients(id_, tuple(dict.fromkeys(roles)), whole=True)
    return None


def _of_role(mesh: Mesh, account: str, role: str, where: str) -> Recipients:
    ids = {name: one.id for name, one in mesh.accounts.items()}
    every = {*people(mesh).values(), *(role_arn(one, one.role) for one in mesh.accounts.values())}
    if account:
        if account not in ids and account not in ids.values():
            fix = did_you_mean(account, ids)
            raise ConfigError(Fault("UNKNOWN_PRINCIPAL", f"there is no account {_quoted(account)}", where, fix))
        arn = f"arn:aws:iam::{ids.get(account, account)}:role/{role}"
        if _ARN.fullmatch(arn):
            return Recipients(account_of(arn), (arn,))
    found = sorted(arn for arn in every if arn.partition(":role/")[2] == role)
    if len(found) == 1 and not account:
        return Recipients(account_of(found[0]), (found[0],))
    if found:
        names = ", ".join(
            f"{name}/role/{role}" for name, id_ in ids.items() if any(account_of(a) == id_ for a in found)
        )
        problem = f"several accounts have a role {_quoted(role)}"
        raise ConfigError(Fault("AMBIGUOUS_PRINCIPAL", problem, where, f"write one of {names}"))
    fix = did_you_mean(role, {arn.partition(":role/")[2] for arn in every})
    raise ConfigError(Fault("UNKNOWN_PRINCIPAL", f"no account of the mesh has a role {_quoted(role)}", where, fix))


def _quoted(text: str) -> str:
    """The text as a message may repeat it: names alone, in one line."""
    return f"'{text}'" if re.fullmatch(r"[\w+=,.@:/-]{1,128}", text) else "that"
