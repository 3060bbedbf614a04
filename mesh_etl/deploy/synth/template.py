"""A CloudFormation template as a value.

How a part adds resources: it is a function `(project, estate, bundle) -> Template`, or `-> tuple[Template, ...]` where
it may grow beyond what one template holds (`shards.sharded`), and `stack.PARTS` names it. Everything that another part
has is called by the name or ARN that `deploy/names.py` computes, never by an output: no part waits for another's text,
and a template stays the same while what it names does. `stack.PARTS` says which stacks are made before it.

    Template("storage", "Buckets and keys of sales", {
        logical("warehouse", "key"): retained("AWS::KMS::Key", {…}),
        logical("warehouse", "bucket"): retained("AWS::S3::Bucket", {… attribute("WarehouseKey", "Arn") …}),
        logical("warehouse", "policy"): Resource("AWS::S3::BucketPolicy", {…}, after=("WarehouseBucket",)),
    })

`tags.tag_list(estate)` gives the tags of it all. Properties are plain dicts, lists, strings, numbers and booleans; a
key whose value is None is left out.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Properties = Mapping[str, Any]


@dataclass(frozen=True)
class Resource:
    """One resource: its type, what it is like, and the logical ids of those that are made before it.

    `keep`: it holds data, and stays when the stack no longer has it, or when another takes its place.
    """

    type: str
    properties: Properties
    after: tuple[str, ...] = ()
    keep: bool = False

    def body(self) -> dict[str, Any]:
        """The resource as it stands in a template."""
        kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"} if self.keep else {}
        after = {"DependsOn": sorted(self.after)} if self.after else {}
        return {"Type": self.type, **after, **kept, "Properties": stated(self.properties)}


def retained(kind: str, properties: Properties, after: tuple[str, ...] = ()) -> Resource:
    """A resource that holds data: nothing that CloudFormation does removes it."""
    return Resource(kind, properties, after, keep=True)


@dataclass(frozen=True)
class Template:
    """A template: `name` is that of the nested stack, such as `jobs`; resources are by logical id."""

    name: str
    description: str
    resources: Mapping[str, Resource]
    outputs: Mapping[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The template as CloudFormation reads it, by logical id in order."""
        outputs = {name: {"Value": value} for name, value in sorted(self.outputs.items())}
        return {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": self.description,
            "Resources": {name: one.body() for name, one in sorted(self.resources.items())},
            **({"Outputs": outputs} if outputs else {}),
        }

    def text(self) -> str:
        """The template in JSON, of ASCII alone: the same text for the same template, whatever the machine.

        Of any other character CloudFormation gives back a question mark, as it tells what a stack was deployed with.
        Source: https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/814
        """
        return json.dumps(self.body(), indent=1) + "\n"

    def yaml(self) -> str:
        """The template in YAML, for people; what is deployed is the JSON."""
        from mesh_etl.deploy.synth.yaml import spelled

        return spelled(self.body())

    @property
    def data(self) -> bytes:
        """The bytes that are uploaded."""
        return self.text().encode()

    @property
    def sha256(self) -> str:
        """The hash of the bytes, which names them in the artifacts bucket."""
        return hashlib.sha256(self.data).hexdigest()


def logical(*parts: str) -> str:
    """The logical id of a thing: `logical("order_items", "job")` is OrderItemsJob; different parts, different ids."""
    return "".join(_camel(part) for part in parts)


def ref(name: str) -> dict[str, str]:
    """What CloudFormation knows a resource of the same template by."""
    return {"Ref": name}


def attribute(name: str, what: str) -> dict[str, list[str]]:
    """An attribute of a resource of the same template."""
    return {"Fn::GetAtt": [name, what]}


def stated(value: Any) -> Any:
    """The value in plain dicts and lists, without the keys whose value is None."""
    if isinstance(value, Mapping):
        return {key: stated(one) for key, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [stated(one) for one in value]
    return value


def _camel(part: str) -> str:
    name = "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", part))
    if re.fullmatch(r"[A-Za-z0-9]+(_[a-z][A-Za-z0-9]*)*", part):
        return name
    return name + hashlib.sha256(part.encode()).hexdigest()[:8]  # order_1 is not order1
