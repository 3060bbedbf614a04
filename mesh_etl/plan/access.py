"""What a job may read of products of other domains: what the grants of the mesh show to the role that it runs as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from mesh_etl import worlds
from mesh_etl.config.product_name import domain_of
from mesh_etl.errors import Fault, PlanError
from mesh_etl.kernels.conditions import Every

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.govern.reading import Reader, Shown
    from mesh_etl.kernels.stored.shown import Portion
    from mesh_etl.worlds import World


class JobAccess:
    """The access of one job, looked up when a product of another domain is read first, and noted in the audit.

    On AWS it is Lake Formation and the storage that decide, by the role that the job runs as.
    """

    def __init__(self, job: LoadedJob) -> None:
        self._job = job

    def __call__(
        self, product: str, names: Sequence[str], derived: Mapping[str, str], asked: Sequence[str]
    ) -> tuple[Portion, ...] | None:
        """See `sources.base.Shows`. Raises `PlanError` ACCESS_DENIED, beside what reading the accounts raises."""
        if not self._decides(product):
            return None
        try:
            shown = self._allowed(product, names, derived, asked)
        except PlanError as error:
            self._reader.note((product,), asked or ("*",), error.code, self._job.product)
            raise
        self._reader.note((product,), asked or ("*",), "", self._job.product)
        return None if shown.is_whole(names) else shown.portions

    def require_keys(self, product: str, names: Sequence[str], keys: Sequence[str], where: str) -> None:
        """The job may look up foreign keys in these columns of another product, of all its rows.

        Whether a key is there tells of the row that has it. Raises `PlanError` ACCESS_DENIED.
        """
        if not self._decides(product):
            return
        wanted = frozenset(keys)
        try:
            shown = self._reader.shown(product, names, {}, where)
            if shown.view or not any(one.rows == Every(()) and wanted <= one.columns for one in shown.portions):
                problem = f"{self._reader.name} may not look up {', '.join(sorted(wanted))} in all rows of {product}"
                fix = "ask for a role that shows them: mesh-etl request; or leave the relationship out of the contract"
                raise PlanError(Fault("ACCESS_DENIED", problem, where, fix))
        except PlanError as error:
            self._reader.note((product,), keys, error.code, self._job.product)
            raise
        self._reader.note((product,), keys, "", self._job.product)

    def _decides(self, product: str) -> bool:
        """Whether grants are asked here: for products of other domains, in a mesh with governance, on the laptop."""
        own = domain_of(product) == self._job.domain
        return not own and self._job.project.mesh.governance is not None and self._world.name == "local"

    def _allowed(self, product: str, names: Sequence[str], derived: Mapping[str, str], asked: Sequence[str]) -> Shown:
        where = str(self._job.path)
        shown = self._reader.shown(product, names, derived, where)
        if shown.view is not None:
            problem = f"{self._reader.name} may read {product} by a view with masked columns alone, which no job reads"
            raise PlanError(Fault("ACCESS_DENIED", problem, where, "ask for a role that masks nothing"))
        hidden = [name for name in asked if name in names and name not in shown.columns]
        if hidden:
            fix = "leave them out, or ask for a role that shows them: mesh-etl request"
            problem = f"{self._reader.name} may not read {', '.join(hidden)} of {product}"
            raise PlanError(Fault("ACCESS_DENIED", problem, where, fix))
        return shown

    @cached_property
    def _reader(self) -> Reader:
        from mesh_etl.govern.reading import live

        project, identity = self._job.project, self._job.identity
        assert identity is not None, "in a mesh with governance each domain has an account"
        return live(project, self._world, identity.arn, str(self._job.path))

    @cached_property
    def _world(self) -> World:
        return worlds.open(self._job.project.env, self._job.project.root)
