"""The roles of a contract as audiences: who may do what with which part of a product."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mesh_etl.errors import ConfigError, did_you_mean
from mesh_etl.expressions.scalar import expression
from mesh_etl.govern.compile.conditions import condition
from mesh_etl.govern.compile.terms import Terms, terms_of
from mesh_etl.govern.compile.vocabulary import Unknown, Vocabulary
from mesh_etl.govern.principals import Recipients, recipients

if TYPE_CHECKING:
    from mesh_etl.config.mesh import Mesh
    from mesh_etl.contract.people import Role
    from mesh_etl.govern.compile.findings import Findings
    from mesh_etl.govern.compile.tagging import Tagging
    from mesh_etl.govern.products import Governed

RIGHTS = {
    "read": frozenset({"SELECT", "DESCRIBE"}),
    "describe": frozenset({"DESCRIBE"}),
    "write": frozenset({"SELECT", "INSERT", "DELETE", "DESCRIBE"}),
}
_NAME = re.compile(r"(?!request_)[A-Za-z][\w-]{0,99}", re.ASCII)  # requests name their own filters


@dataclass(frozen=True)
class Audience:
    """A role of a contract: `columns` are those that are shown, None for all of them; `mask` has the SQL for some."""

    role: str
    access: str = "read"
    to: tuple[Recipients, ...] = ()
    rows: str = ""
    columns: tuple[str, ...] | None = None
    mask: Mapping[str, str] = field(default_factory=dict)
    until: datetime.date | None = None
    grant_option: bool = False
    where: str = ""

    @property
    def whole(self) -> bool:
        """Whether it is about the whole table as it is."""
        return not self.rows and self.columns is None and not self.mask

    def holds(self, today: datetime.date) -> bool:
        """Whether it is to be had on this day, in UTC; the last one is `until`."""
        return self.until is None or today <= self.until


def audiences(
    mesh: Mesh, product: Governed, tagging: Tagging, words: Vocabulary, findings: Findings
) -> tuple[Audience, ...]:
    """The audiences of the product's contract. What cannot mean anything is a fault: GOVERNANCE_ROLE."""
    found: dict[str, Audience] = {}
    for index, role in enumerate(product.contract.odcs.roles):
        made = _Reader(mesh, product, tagging, words, findings, role, index).audience()
        if made is not None and found.setdefault(made.role.lower(), made) is not made:
            findings.fault("GOVERNANCE_ROLE", f"the role '{role.role}' stands twice", made.where, "rename one of them")
    for at, server in enumerate(product.contract.odcs.servers):
        if server.roles:
            where = product.contract.where("servers", at, "roles")
            problem = f"server '{server.server}': roles of servers are not enforced"
            findings.warn("NOT_ENFORCED", problem, where, "state them under roles of the contract")
    return tuple(found.values())


@dataclass(frozen=True)
class _Reader:
    """Reads one role."""

    mesh: Mesh
    product: Governed
    tagging: Tagging
    words: Vocabulary
    findings: Findings
    role: Role
    index: int

    def audience(self) -> Audience | None:
        terms = terms_of(self.role, self.index, self.product.contract, self.findings)
        if terms is None:
            return None
        before = len(self.findings.faults)
        access = self._access(terms)
        made = Audience(
            role=self.role.role,
            access=access,
            to=tuple(self._to(terms)),
            rows=self._rows(terms),
            columns=self._columns(terms),
            mask=self._mask(terms),
            until=terms.until,
            grant_option=terms.grant_option,
            where=self._where("role"),
        )
        if not made.whole and access != "read":
            self._fault("rows, columns and masks are for reading alone", "access", "write access: read")
        if not made.whole and not _NAME.fullmatch(self.role.role):
            fix = "use letters, digits, '-' and '_', up to 100 of them"
            self._fault("its name becomes that of a filter or a view", "role", fix)
        if self.product.view is not None and (not made.whole or access == "write"):
            fix = "make another view for them, without the columns and rows"
            self._fault("a view is read as it is: Lake Formation has no filters on views", "role", fix)
        return made if len(self.findings.faults) == before else None

    def _access(self, terms: Terms) -> str:
        access = (self.role.access or "read").strip().lower()
        if access not in RIGHTS:
            self._fault("its access is none that can be given", "access", f"write one of {', '.join(RIGHTS)}")
            return "read"
        return access

    def _to(self, terms: Terms) -> Iterator[Recipients]:
        for at, name in enumerate(terms.principals or ()):
            try:
                yield recipients(self.mesh, name, self._at("principals", at))
            except ConfigError as error:
                self.findings.faults += error.faults

    def _rows(self, terms: Terms) -> str:
        if terms.rows is None:
            return ""
        try:
            return condition(terms.rows, self.product, in_view=bool(terms.mask))
        except ValueError as error:
            self.findings.fault("GOVERNANCE_ROWS", f"{self._named}: rows: {error}", self._at("rows"))
            return ""

    def _columns(self, terms: Terms) -> tuple[str, ...] | None:
        if terms.columns is None and terms.hide is None and terms.hide_classified is None:
            return None
        shown = self._listed("columns", terms.columns)
        hidden = self._listed("hide", terms.hide) | self._classified(terms)
        behind = {name: source for name, _, source in self.product.columns()}
        found = tuple(
            name
            for name, source in behind.items()
            if (not shown or {name, source} & shown) and not {name, source} & hidden
        )
        if not found:
            self._fault("it shows no column", "role", "take one out of what it hides")
        for key in self.product.contract.primary_key:
            if found and key not in found:
                problem = f"{self._named}: it does not show '{key}' of the primary key, so rows cannot be told apart"
                self.findings.warn("GOVERNANCE_KEY_HIDDEN", problem, self._where("role"))
        return found

    def _mask(self, terms: Terms) -> dict[str, str]:
        found = {}
        shown = self._columns_or_all(terms)
        for name, text in (terms.mask or {}).items():
            where = self._at("mask", name)
            if name not in self.tagging.columns:
                self._unknown("mask", name, where)
                continue
            try:
                made = expression(text)
            except ValueError as error:
                self.findings.fault("GOVERNANCE_MASK", f"{self._named}: mask of '{name}': {error}", where)
                continue
            if set(made.columns) - {name}:
                problem = f"{self._named}: the mask of '{name}' reads other columns"
                self.findings.fault("GOVERNANCE_MASK", problem, where, f"make it of '{name}' alone")
            elif shown is not None and name not in shown:
                problem = f"{self._named}: '{name}' is masked and not shown"
                self.findings.fault("GOVERNANCE_MASK", problem, where, "do one of them")
            found[name] = made.sql
        return found

    def _columns_or_all(self, terms: Terms) -> Collection[str] | None:
        if terms.columns is None and terms.hide is None and terms.hide_classified is None:
            return None
        hidden = {*(terms.hide or ()), *self._by_classification(terms)}
        return [name for name in terms.columns or self.tagging.columns if name not in hidden]

    def _listed(self, key: str, names: tuple[str, ...] | None) -> set[str]:
        for at, name in enumerate(names or ()):
            if name not in self.tagging.columns:
                self._unknown(key, name, self._at(key, at))
        return set(names or ())

    def _classified(self, terms: Terms) -> set[str]:
        for at, word in enumerate(terms.hide_classified or ()):
            try:
                self.words.classification(word)
            except Unknown as error:
                problem = f"{self._named}: hideClassified: {error}"
                self.findings.fault("GOVERNANCE_TAG", problem, self._at("hideClassified", at), error.fix)
        return self._by_classification(terms)

    def _by_classification(self, terms: Terms) -> set[str]:
        """The columns that have a tag for which one of the classifications stands, by default as well."""
        found: set[str] = set()
        for word in terms.hide_classified or ():
            try:
                wanted = self.words.classification(word).items()
            except Unknown:
                continue
            found |= {name for name, tags in self.tagging.effective.items() if wanted & tags.items()}
        return found

    @property
    def _named(self) -> str:
        return f"role '{self.role.role}'"

    def _unknown(self, key: str, name: str, where: str) -> None:
        problem = f"{self._named}: {key}: there is no column '{name}'"
        self.findings.fault("GOVERNANCE_ROLE", problem, where, did_you_mean(name, self.tagging.columns))

    def _fault(self, problem: str, key: str, fix: str) -> None:
        self.findings.fault("GOVERNANCE_ROLE", f"{self._named}: {problem}", self._where(key), fix)

    def _where(self, key: str) -> str:
        return self.product.contract.where("roles", self.index, key)

    def _at(self, name: str, *loc: str | int) -> str:
        """The place of a part of a custom property."""
        customs = self.role.custom_properties
        at = next((at for at, one in enumerate(customs) if one.property == name), 0)
        return self.product.contract.where("roles", self.index, "customProperties", at, "value", *loc)
