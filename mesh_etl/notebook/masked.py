"""Which columns a preview does not show: those that the contracts classify, and what is made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from mesh_etl.config import placement
from mesh_etl.contract.classified import told
from mesh_etl.contract.load import contract_of
from mesh_etl.crawl.classify import Classifiers
from mesh_etl.lineage.frames import Column, Frame, Use
from mesh_etl.lineage.steps import after
from mesh_etl.sources.table import Table
from mesh_etl.transforms.mask import Mask

if TYPE_CHECKING:
    from mesh_etl.plan import Plan


def masked(plan: Plan, steps: int, texts: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The columns to hide after that many steps, each with why; `texts` has the shown cells of each column.

    A column of the contract is as the contract classifies it, once it is made as it will be published: before, another
    one may bear its name. Any other is hidden when it holds what a classified column is made of, when it is made of one
    of another product, or when its values look personal to the mesh's classifiers. What a later step masks is hidden
    until then.
    """
    trail = trail_of(plan)
    contract = {one.stored_name: one for one in plan.contract.columns}
    closed = {name: one.classification or "" for name, one in contract.items() if not told(one)}
    protected = {use.column: f"it holds {name}" for name in closed for use in trail[-1].of(name) if not use.hidden}
    protected |= _of_products(plan)
    unmasked = {use.column: "a later step masks it" for use in _masked_later(plan, trail, steps)}
    untold = bool(closed) and bool(trail[-1].untold)
    project = plan.job.project
    classifiers = Classifiers.of(project.mesh.classifiers, project.root, placement.MESH.as_posix())
    found = {}
    for name, cells in texts.items():
        uses = [use for use in sorted(trail[steps].of(name)) if not use.hidden]
        if name in contract and (trail[-1].untold or trail[steps].of(name) == trail[-1].of(name)):
            why = closed.get(name, "") or _first(uses, unmasked)
        elif name in closed:
            why = closed[name]
        elif untold:
            why = "what it is made of is not known"
        else:
            why = _first(uses, unmasked) or _first(uses, protected) or _looks(name, cells, classifiers)
        if why:
            found[name] = why
    return found


def trail_of(plan: Plan) -> list[Frame]:
    """What the columns are made of in the source and after each step."""
    frames = {
        name: Frame({one.name: frozenset({Use(Column(name, one.name))}) for one in opened.reader.schema})
        for name, opened in plan.inputs.items()
    }
    trail = [frames["source"]]
    for step in plan.steps:
        trail.append(after(step, trail[-1], frames))
    return trail


def _masked_later(plan: Plan, trail: Sequence[Frame], steps: int) -> Iterator[Use]:
    for before, step in zip(trail[steps:], plan.steps[steps:], strict=False):
        if isinstance(step, Mask):
            yield from (use for name in step.columns for use in before.of(name))


def _first(uses: Sequence[Use], protected: Mapping[Column, str]) -> str:
    return next((protected[use.column] for use in uses if use.column in protected), "")


def _looks(name: str, cells: Sequence[str], classifiers: Classifiers) -> str:
    import pyarrow as pa

    found = classifiers.classify(name, pa.array(dict.fromkeys(cells), pa.string()))
    return f"it looks {found.classification}" if found else ""


def _of_products(plan: Plan) -> dict[Column, str]:
    """The columns of other products that the job reads and that their contracts classify."""
    found = {}
    project = plan.job.project
    for name, source in {"source": plan.job.job.source, **plan.job.job.inputs}.items():
        if isinstance(source, Table):
            for one in contract_of(project.job(source.product)).columns:
                if not told(one):
                    found[Column(name, one.stored_name)] = f"{source.product} classifies it {one.classification}"
    return found
