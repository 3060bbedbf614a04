"""A unit's stack: the root template, and those nested in it, which are made one kind after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_etl.deploy import names
from mesh_etl.deploy.alone import shared
from mesh_etl.deploy.synth.access import access
from mesh_etl.deploy.synth.base import base
from mesh_etl.deploy.synth.flow import flow
from mesh_etl.deploy.synth.jobs import jobs
from mesh_etl.deploy.synth.limits import held
from mesh_etl.deploy.synth.references import literal
from mesh_etl.deploy.synth.storage import storage
from mesh_etl.deploy.synth.tags import tag_list, tags_of
from mesh_etl.deploy.synth.template import Resource, Template, logical
from mesh_etl.deploy.synth.watch import watch
from mesh_etl.errors import ConfigError, Fault

if TYPE_CHECKING:
    from mesh_etl.config import Project
    from mesh_etl.deploy.estate import Estate
    from mesh_etl.deploy.package.bundle import Bundle

# Each kind of nested stacks with those that are made before it; roles before jobs, jobs before what starts them.
NAME = 48  # characters of a stack's name, so that names of what is in it begin with it whole
PARTS = (
    ("storage", storage, ()),
    ("access", access, ("storage",)),
    ("jobs", jobs, ("access",)),
    ("flow", flow, ("jobs",)),
    ("watch", watch, ("jobs",)),
)


@dataclass(frozen=True)
class Stack:
    """What CloudFormation is given for one unit.

    `base` is a stack of its own, which comes first: it makes the artifacts bucket, in which `root` looks for the
    templates of `nested`. `tags` are those of the stacks.
    """

    name: str
    account: str
    region: str
    bucket: str
    base: Template
    root: Template
    nested: tuple[Template, ...]
    tags: Mapping[str, str]

    @property
    def templates(self) -> tuple[Template, ...]:
        """All templates that are uploaded, those that are nested before the root that names them."""
        return (*self.nested, self.root)

    def key(self, template: Template) -> str:
        """The key of a template in the artifacts bucket: another content has another key."""
        return key_of(template)

    def address(self, template: Template) -> str:
        """The address of a template, as CloudFormation reads it."""
        return _address(self.bucket, self.region, template)


def synthesized(project: Project, estate: Estate, bundle: Bundle) -> Stack:
    """The templates of the unit: the same bytes for the same configuration, wherever and whenever they are made.

    Raises `ConfigError` with what is wrong with any part; STACK_NAME_TOO_LONG, NAME_TAKEN, WAREHOUSE_INSIDE,
    TEMPLATE_TOO_LARGE, TEMPLATE_REFERENCE.
    """
    nested: list[tuple[str, Template]] = []
    faults = []
    if len(estate.stack) > NAME:
        fix = "shorten the name of the mesh, of the environment or of the domain"
        problem = f"'{estate.stack}' has {len(estate.stack)} characters, of {NAME} that a stack's name may have"
        faults.append(Fault("STACK_NAME_TOO_LONG", problem, "configs/mesh.yaml", fix))
    called = [one.name for one in estate.jobs]
    for one in estate.jobs:
        if called.count(one.name) > 1:
            fix = "call one of the products otherwise: names in AWS tell them apart by letters and digits alone"
            problem = f"the jobs of two products would be called '{one.name}'"
            faults.append(Fault("NAME_TAKEN", problem, "configs", fix))
    faults += shared(project, estate)
    for kind, part, _ in PARTS:
        try:
            made = part(project, estate, bundle)
        except ConfigError as error:
            faults += error.faults
            continue
        nested += [(kind, one) for one in ((made,) if isinstance(made, Template) else made) if one.resources]
    if faults:
        raise ConfigError(*dict.fromkeys(faults))
    root = _root(estate, nested)
    templates = tuple(one for _, one in nested)
    first = base(project, estate)
    held(first, (root, *templates))
    literal((first, root, *templates))
    account = estate.account
    return Stack(estate.stack, account.id, account.region, estate.artifacts, first, root, templates, tags_of(estate))


def key_of(template: Template) -> str:
    """The key of a template in the artifacts bucket."""
    return f"{names.PACKAGES}{template.sha256}/{template.name}.json"


def _address(bucket: str, region: str, template: Template) -> str:
    return f"https://{bucket}.s3.{region}.amazonaws.com/{key_of(template)}"


def _root(estate: Estate, nested: list[tuple[str, Template]]) -> Template:
    """The template whose resources are the nested stacks."""
    ids = {one.name: logical(*one.name.split("-"), "stack") for _, one in nested}
    resources = {
        ids[one.name]: Resource(
            "AWS::CloudFormation::Stack",
            {
                "TemplateURL": _address(estate.artifacts, estate.account.region, one),
                "Tags": tag_list(estate),
            },
            after=tuple(_before(kind, nested, ids)),
        )
        for kind, one in nested
    }
    return Template("root", f"{estate.unit} of mesh {estate.mesh}, environment {estate.env}", resources)


def _before(kind: str, nested: list[tuple[str, Template]], ids: Mapping[str, str]) -> Iterator[str]:
    """The ids of the nested stacks that are made before those of the kind, the nearest kind that there is."""
    earlier = next(before for name, _, before in PARTS if name == kind)
    for one in earlier:
        found = [ids[template.name] for other, template in nested if other == one]
        yield from found or _before(one, nested, ids)
