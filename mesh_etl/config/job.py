"""`job.yaml`: from which source, by which transforms, into which table."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, reduce
from importlib import import_module
from operator import or_
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, create_model

from mesh_etl.config.deployment.job import Deployment
from mesh_etl.config.kept import KeptRows
from mesh_etl.config.maintenance import Maintenance
from mesh_etl.config.model import Model
from mesh_etl.config.target import Target, spelled_out
from mesh_etl.config.threshold import Checks

InputName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
PRODUCT = r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$"

Components = tuple[type[Model], ...]


class JobBase(Model):
    """One job; `job_model()` narrows `source`, `inputs`, `transforms` and `target.mode` to what is registered."""

    product: str = Field(pattern=PRODUCT, description="The product, <domain>.<name>, as its folders are called.")
    contract: str = Field(default="contract.yaml", min_length=1, description="The contract, relative to the job file.")
    source: Any = Field(description="Where the rows come from.")
    inputs: Mapping[InputName, Any] = Field(default_factory=dict, description="Other inputs that transforms read.")
    transforms: tuple[Any, ...] = Field(default=(), description="The steps, in order.")
    target: Target = Field(description="How the table is written.")
    checks: Checks = Field(default=Checks(), description="When a run fails for its rejected rows.")
    quarantine: KeptRows = Field(default=KeptRows(), description="How long refused rows are kept.")
    maintenance: Maintenance = Field(default=Maintenance(), description="How the table is kept in shape.")
    deploy: Deployment = Field(default=Deployment(), description="How the job runs on AWS, where not as the mesh says.")


def job_model() -> type[JobBase]:
    """The model of a job over all sources, transforms and modes that are registered now."""
    return job_model_of(
        _registered("sources", "source"), _registered("transforms", "transform"), _registered("modes", "mode")
    )


def _registered(package: str, kind: str) -> Components:
    # Looked up by name when it is needed: the configuration stands below the components and must not import them.
    import_module(f"mesh_etl.{package}")
    registry = getattr(import_module(f"mesh_etl.{package}.base"), kind)
    components: Components = registry.components()
    if not components:
        raise LookupError(f"no {kind} is registered")
    return components


@cache
def job_model_of(sources: Components, transforms: Components, modes: Components) -> type[JobBase]:
    """The model of a job over these components."""
    source: Any = _one_of(sources)
    transform: Any = _one_of(transforms)
    mode: Any = _one_of(modes)
    names = Literal[tuple(str(one.model_fields["type"].default) for one in modes)]  # type: ignore[valid-type]
    mode = Annotated[mode, BeforeValidator(spelled_out, json_schema_input_type=mode | names)]
    target = create_model(
        "Target",
        __base__=Target,
        __doc__="The table: its mode, its partitions, and the order and size of its files.",
        mode=(mode, _as_stated(Target, "mode")),
    )
    return create_model(
        "Job",
        __base__=JobBase,
        __doc__="From which source, by which transforms, into which table.",
        source=(source, _as_stated(JobBase, "source")),
        inputs=(dict[InputName, source], _as_stated(JobBase, "inputs")),
        transforms=(tuple[transform, ...], _as_stated(JobBase, "transforms")),
        target=(target, _as_stated(JobBase, "target")),
    )


def _one_of(components: Components) -> Any:
    """The tagged union of the components; a union of one has no tag to choose by."""
    union: Any = reduce(or_, components)
    return Annotated[union, Field(discriminator="type")] if len(components) > 1 else union


def _as_stated(model: type[Model], name: str) -> Any:
    """The field as the base states it, but new: pydantic keeps the narrowed type in the field that it is given."""
    stated = model.model_fields[name]
    if stated.is_required():
        return Field(description=stated.description)
    return Field(default=stated.get_default(call_default_factory=True), description=stated.description)
