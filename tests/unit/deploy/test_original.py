"""The template of a stack that somebody deployed by hand."""

from __future__ import annotations

import pytest

from mesh_etl.deploy.stacks.original import original
from mesh_etl.errors import PlanError


class Answers:
    """Answers as CloudFormation does, by boto3: JSON is parsed, YAML is left as it is."""

    def __init__(self, body):
        self.body = body

    def get_template(self, **_):
        return {"TemplateBody": self.body}


def test_json_is_the_template():
    assert original(Answers({"Resources": {}}), "arn", "shop") == {"Resources": {}}


def test_yaml_is_another_tools():
    with pytest.raises(PlanError) as raised:
        original(Answers("Resources:\n  Secret: !Sub x\n"), "arn", "shop")
    assert raised.value.code == "TEMPLATE_OF_OTHERS"
    assert raised.value.faults[0].where == "shop"
    assert "Secret" not in str(raised.value)
