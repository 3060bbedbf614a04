"""Who is at work: what is said on a laptop, what STS says on AWS."""

from __future__ import annotations

import pytest

from mesh_etl.config.mesh import Mesh
from mesh_etl.errors import PlanError
from mesh_etl.govern.actor import actor

MESH = Mesh.model_validate(
    {
        "name": "shop",
        "warehouse": "table",
        "accounts": {"central": {"id": "111111111111"}, "sales": {"id": "222222222222"}},
        "governance": {"account": "central"},
        "domains": {
            "sales": {
                "owner": "sales-team",
                "account": "sales",
                "personas": {"steward": {"role": "sales-steward"}, "reader": {"role": "people/reader"}},
            }
        },
    }
)


class World:
    """A world in which STS knows one caller."""

    def __init__(self, name, arn=""):
        self.name, self.arn = name, arn

    def client(self, service):
        assert service == "sts"
        return self

    def get_caller_identity(self):
        return {"Arn": self.arn}


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("sales.steward", "sales.steward"),
        ("role/sales-steward", "sales.steward"),
        ("arn:aws:iam::222222222222:role/sales-steward", "sales.steward"),
        ("sales-team", "sales-team"),
        (" somebody\x1b[31m\n", "somebody[31m"),
    ],
)
def test_on_a_laptop_it_is_whoever_is_named(said, name):
    assert actor(MESH, World("local"), said) == name


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("arn:aws:sts::222222222222:assumed-role/sales-steward/ann@x", "sales.steward"),
        ("arn:aws:sts::222222222222:assumed-role/other/ann@x", "sales/role/other"),
        ("arn:aws:sts::222222222222:assumed-role/reader/ann@x", "sales.reader"),  # without the path of the role
        ("arn:aws:iam::999999999999:user/ann", "arn:aws:iam::999999999999:user/ann"),
    ],
)
def test_on_aws_it_is_whoever_has_signed_in(arn, name):
    assert actor(MESH, World("aws", arn)) == name


@pytest.mark.parametrize(("world", "said", "code"), [("local", "", "ACTOR_UNKNOWN"), ("aws", "x", "ACTOR_STATED")])
def test_who_is_not_said_where_it_must_be(world, said, code):
    with pytest.raises(PlanError) as raised:
        actor(MESH, World(world, "arn:aws:iam::222222222222:role/x"), said)
    assert raised.value.code == code
