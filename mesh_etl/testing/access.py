"""Who can see what, as an assertion in the tests of a mesh."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime

    from mesh_etl.config import Project
    from mesh_etl.govern.evaluate.answer import Access, ColumnAccess
    from mesh_etl.govern.evaluate.mesh_access import MeshAccess
    from mesh_etl.govern.requests import Approved

_LONGEST = 230  # pytest cuts what is longer out of the middle


@dataclass(frozen=True, repr=False)
class Can:
    """What somebody can see of a product, or of one of its columns.

    A failed assertion shows it with the first reasons; `why` has all of them, one to a line.
    """

    question: str
    answer: Access
    column: str | None
    why: tuple[str, ...]

    @property
    def allowed(self) -> bool:
        """All rows are seen, unmasked: of the column, or of all columns."""
        if self.column is None:
            return self.answer.verdict == "allowed"
        one = self.answer.column(self.column)
        return one.verdict == "allowed" and not one.rows

    @property
    def masked(self) -> bool:
        """The column is seen masked alone, or some column of the product is."""
        return any(one.verdict == "masked" for one in self._columns())

    @property
    def filtered(self) -> bool:
        """Some rows are held back."""
        return any(one.rows for one in self._columns())

    @property
    def denied(self) -> bool:
        """Nothing is seen: of the column, or of the whole product."""
        return all(one.verdict == "denied" for one in self._columns())

    @property
    def rights(self) -> frozenset[str]:
        """What may be done with the whole table, such as INSERT."""
        return self.answer.rights

    def __bool__(self) -> bool:
        raise TypeError("ask for .allowed, .denied, .masked or .filtered")

    def __repr__(self) -> str:
        because = "; ".join(line.strip(" -") for line in self.why)
        told = f"{self.question}: {self._seen()}; {because}"
        return told if len(told) <= _LONGEST else f"{told[: _LONGEST - 1]}…"

    def _seen(self) -> str:
        by_verdict = [
            f"{verdict} {', '.join(names)}" if self.column is None else verdict
            for verdict in ("allowed", "masked", "denied")
            if (names := [one.name for one in self._columns() if one.verdict == verdict])
        ]
        conditions = sorted({rows for one in self._columns() for rows in one.rows})
        told = (*by_verdict, f"where {' or '.join(conditions)}") if conditions else by_verdict
        return ", ".join(told) or "denied"

    def _columns(self) -> list[ColumnAccess]:
        return [one for one in self.answer.columns.values() if self.column in (None, one.name)]


def can(
    principal: str,
    product: str,
    column: str | None = None,
    *,
    project: Path | str = ".",
    env: str = "local",
    live: bool = False,
) -> Can:
    """What the principal can see of the product or of one of its columns: `assert can(…).denied`.

    `principal` is a name of the mesh file, `role/<name>`, or an ARN. It is computed from the configuration of
    `project`, or with `live` from what the accounts hold. Raises `ConfigError` for a principal, product or column that
    there is not, so that a slip of the pen is no proof that nobody sees it.
    """
    from mesh_etl.config import Project
    from mesh_etl.govern.evaluate.explain import reasons
    from mesh_etl.govern.evaluate.mesh_access import MeshAccess

    opened = Project.open(project, env)
    mesh = MeshAccess.live(opened) if live else _configured(_Key.of(opened))
    answer = mesh.access(principal, product, column)
    of = f"{column} of {product}" if column else product
    because = reasons(mesh.evaluator, answer, mesh.names, column)
    why = tuple(line for reason in because for line in reason.lines())
    return Can(f"{mesh.names.principal(answer.principal)} on {of}", answer, column, why)


@dataclass(frozen=True)
class _Key:
    """What the answer depends on: the files as they stand, the requests that are approved, and the day."""

    root: Path
    env: str
    files: tuple[tuple[str, int, int], ...]
    requests: tuple[Approved, ...]
    day: datetime.date

    @classmethod
    def of(cls, project: Project) -> _Key:
        from mesh_etl.config.suppression import today
        from mesh_etl.govern.requests import Desk

        files = ((path, path.stat()) for path in sorted((project.root / "configs").rglob("*")) if path.is_file())
        stamps = tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in files)
        return cls(project.root, project.env_name, stamps, Desk(project).approved(), today())


@lru_cache(maxsize=8)
def _configured(key: _Key) -> MeshAccess:
    """The mesh; made once for all questions of a test, as long as nothing changes."""
    from mesh_etl.config import Project
    from mesh_etl.govern.evaluate.mesh_access import MeshAccess

    return MeshAccess.configured(Project.open(key.root, key.env), key.requests)
