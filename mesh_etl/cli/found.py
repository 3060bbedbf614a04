"""Products that were found, one below the other or side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from mesh_etl.cli.wording import listed

if TYPE_CHECKING:
    from mesh_etl.cli.screen import Page
    from mesh_etl.config import Project
    from mesh_etl.discovery import Described, Found
    from mesh_etl.discovery.standing import Standing
    from mesh_etl.govern.reading import Reader

_TIMELY = ("latency", "freshness", "timeliness", "frequency")  # the service levels that say how old data may be
_WIDTH = 12


@dataclass(frozen=True)
class Facts:
    """What a consumer needs to choose: what it is, how it stands, and how to get at it."""

    found: Found
    owner: str
    domain: str
    standing: Standing
    levels: tuple[str, ...]
    access: str
    ask: str

    @property
    def described(self) -> Described:
        """The product."""
        return self.found.described

    def data(self) -> dict[str, Any]:
        """The facts for machines."""
        told = self.described.data()
        told.pop("words")
        return {
            **told,
            "columns": [one._asdict() for one in self.described.columns],
            "roles": [one._asdict() for one in self.described.roles],
            "why": list(self.found.why),
            "score": round(self.found.score, 1),
            "owner": self.owner,
            "domain": self.described.domain,
            "domain_description": self.domain,
            "table": asdict(self.standing),
            "levels": list(self.levels),
            "access": self.access,
            "ask": self.ask,
        }


def facts(project: Project, found: Iterable[Found], who: str, live: bool) -> list[Facts]:
    """The facts of each product; who is asked about may read it or not. `live` ones have no files to look into."""
    reader = _reader(project, who)
    standings = _standings(project)
    all_ = []
    for one in found:
        product, stated = one.described.product, project.mesh.domains.get(one.described.domain)
        here = not live or product in (*project.products(), *project.views())
        standing, levels = standings(product) if here else standings("")
        access = _access(reader, product) if reader else ""
        all_.append(
            Facts(
                one,
                stated.owner if stated else "",
                stated.description if stated else "",
                standing,
                levels,
                access,
                _ask(project, one.described, who, access),
            )
        )
    return all_


def show(page: Page, one: Facts) -> None:
    """The product is on the page."""
    told = one.described
    page.line("  ".join(filter(None, (told.product, told.title, told.version, told.status))), style="bold")
    page.field("matched", ", ".join(one.found.why), _WIDTH)
    page.field("owner", one.owner, _WIDTH)
    page.field("definition", told.definition, _WIDTH)
    page.field("one row", _grain(told), _WIDTH)
    page.field("columns", listed([_column(column) for column in told.columns]), _WIDTH)
    page.field("quality", _quality(one.standing), _WIDTH)
    page.field("promised", "; ".join(one.levels), _WIDTH)
    page.field("access", "; ".join(filter(None, (one.access, one.ask))), _WIDTH)


def compare(page: Page, all_: Sequence[Facts]) -> None:
    """The products are side by side; columns that all of them have are told apart from those of one alone."""
    if not all_:
        return
    names = [{column.name for column in one.described.columns} for one in all_]
    common = set.intersection(*names)
    rows = [
        ("owner", [one.owner for one in all_]),
        ("domain", [one.domain for one in all_]),
        ("definition", [one.described.definition for one in all_]),
        ("one row", [_grain(one.described) for one in all_]),
        ("contract", [f"{one.described.version} {one.described.status}".strip() for one in all_]),
        ("quality", [_quality(one.standing) for one in all_]),
        ("promised", ["; ".join(one.levels) for one in all_]),
        ("in common", [listed([c.name for c in one.described.columns if c.name in common]) for one in all_]),
        ("beside", [listed([_column(c) for c in one.described.columns if c.name not in common]) for one in all_]),
        ("access", ["; ".join(filter(None, (one.access, one.ask))) for one in all_]),
    ]
    page.table(["", *(one.described.product for one in all_)], [[label, *cells] for label, cells in rows if any(cells)])


def _reader(project: Project, who: str) -> Reader | None:
    if not who:
        return None
    from mesh_etl import worlds
    from mesh_etl.govern.reading import live

    return live(project, worlds.open(project.env, project.root), who, "--as")


def _access(reader: Reader, product: str) -> str:
    access = reader.access(product)
    if access.verdict == "allowed":
        return f"{reader.name} may read all of it"
    if access.verdict == "denied":
        return f"{reader.name} may not read it"
    hidden = [name for name, column in access.columns.items() if column.verdict == "denied"]
    masked = [name for name, column in access.columns.items() if column.verdict == "masked"]
    parts = [f"without {listed(hidden, 5)}" if hidden else "", f"with {listed(masked, 5)} masked" if masked else ""]
    parts.append("not all rows" if access.rows else "")
    return f"{reader.name} may read it {', '.join(filter(None, parts))}".rstrip()


def _ask(project: Project, told: Described, who: str, access: str) -> str:
    """How to get at it, where that is not to be had already."""
    if access.endswith("all of it"):
        return ""
    if project.mesh.governance is None:
        return ""
    roles = [one.role for one in told.roles if one.access in ("read", "describe")]
    role = f" --role {roles[0] if len(roles) == 1 else '<' + '|'.join(roles) + '>'}" if roles else ""
    return f"ask: mesh-etl request {told.product}{role} --for {who or '<who>'} --reason …"


def _standings(project: Project) -> Any:
    """How a product stands and what its service levels say, each looked up once; of no product nothing is known."""
    from mesh_etl.cli.levels import levels
    from mesh_etl.discovery.standing import Standing, of_view, standing
    from mesh_etl.errors import MeshError
    from mesh_etl.plan.ledgers import product_ledger
    from mesh_etl.views import Views

    views = Views(project)

    @cache
    def of(product: str) -> tuple[Standing, tuple[str, ...]]:
        if not product:
            return Standing("not known"), ()
        try:
            if product in project.views():
                return of_view(views.view(product).sources, lambda source: of(source)[0]), ()
            ledger = product_ledger(project, product)
            stands = standing(ledger)
            if stands.version is None:
                return stands, ()
            found = [one for one in levels(views.contract(product), ledger) if _timely(one["rule"])]
            return stands, tuple(_level(one) for one in found)
        except MeshError:  # who looks for data is shown the rest; `mesh-etl verify` tells what is wrong
            return Standing("not readable"), ()

    return of


def _timely(rule: str) -> bool:
    return any(word in rule for word in _TIMELY)


def _level(one: dict[str, Any]) -> str:
    return f"{one['text']}: {one['status']}{' (' + one['measured'] + ')' if one['measured'] else ''}"


def _quality(standing: Standing) -> str:
    when = standing.committed_at.partition(".")[0].replace("T", " ").removesuffix("Z")
    version = f"version {standing.version}" if standing.version is not None else ""
    rows = f"{standing.rows:,} rows" if standing.rows is not None else ""
    about = ", ".join(filter(None, (version, when and f"of {when} UTC", rows)))
    return f"{standing.quality} ({about})" if about else standing.quality


def _grain(told: Described) -> str:
    return told.grain or (f"one per {', '.join(told.key)}" if told.key else "")


def _column(column: Any) -> str:
    return f"{column.name} ({column.classification})" if column.classification else str(column.name)
