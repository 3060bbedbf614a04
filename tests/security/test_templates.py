"""Nothing that somebody writes into a configuration becomes more than text in a template."""

from __future__ import annotations

import json

import pytest

from mesh_etl.errors import ConfigError
from tests.unit.deploy.synth.meshes import mesh, stack_of

SECRET = "{{resolve:secretsmanager:prod/db:SecretString:password}}"
TEXTS = ("${AWS::AccountId}", "!Sub x", "$.states.input", "</script><script>alert(1)</script>", "'; --", "\u202ex")


@pytest.mark.parametrize(
    ("deploy", "deployment"),
    [
        (f"spark: {{spark.app.note: '{SECRET}'}}", "{}"),
        ("", f"{{alarms: {{email: ['{SECRET}@example.org']}}}}"),
    ],
)
def test_cloudformation_looks_up_nothing(tmp_path, deploy, deployment):
    with pytest.raises(ConfigError) as raised:
        stack_of(mesh(tmp_path, {"sales.orders": deploy}, deployment=deployment), "sales")
    assert raised.value.code == "TEMPLATE_REFERENCE"
    assert "prod/db" not in str(raised.value)


@pytest.mark.parametrize("text", TEXTS)
def test_what_people_write_of_a_product_is_not_in_it(tmp_path, text):
    mesh(tmp_path, {"sales.orders": ""})
    path = tmp_path / "configs/sales/orders/contract.yaml"
    path.write_text(path.read_text() + json.dumps({"description": {"purpose": text}})[1:-1] + "\n")
    made = "".join(one.text() for one in stack_of(tmp_path, "sales").templates)
    assert text not in made


def test_only_references_within_a_template_are_functions(tmp_path):
    mesh(tmp_path, {"sales.orders": "spark: {spark.app.note: '$${AWS::AccountId}'}"})
    stack = stack_of(tmp_path, "sales")
    made = "".join(one.text() for one in (stack.base, *stack.templates))
    assert "${AWS::AccountId}" in made
    assert '"Fn::Sub"' not in made
