from __future__ import annotations

import pytest

from mesh_etl.config import Project
from mesh_etl.contract.load import load
from mesh_etl.product.consumers import consumers
from mesh_etl.product.generated import generated, with_lineage, written
from mesh_etl.product.lint import product_faults
from mesh_etl.product.load import product_of

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: d-{name}
version: {version}
schema: [{{name: t, properties: [{{name: k, physicalType: int}}, {{name: v, physicalType: int}}]}}]
"""
JOBS = {
    "left": "source: {type: csv, path: in/a.csv}\n",
    "right": "source: {type: csv, path: in/a.csv}\n",
    "made": "source: {type: table, product: d.left}\ninputs:\n  other: {type: table, product: d.right}\nSTEPS",
}
STEPS = "transforms:\n  - {type: join, with: other, on: [k], columns: []}\n"
PRODUCT = """\
apiVersion: v1.1.0
kind: DataProduct
id: d.made
inputPorts:
  - {name: left, version: 1.2.0, contractId: d-left}
  - {name: right, version: 0.3.1, contractId: d-right}
outputPorts:
  - {name: old, version: 1.0.0, contractId: d-made}
  - {name: made, version: 2.0.0, contractId: d-made}
"""
VERSIONS = {"left": "1.2.5", "right": "0.3.1", "made": "2.0.0"}


@pytest.fixture
def mesh(tmp_path):
    """The jobs of a small mesh, and their contracts, by product; `steps` are those of the job that joins."""

    def build(product=None, steps=STEPS):
        files = {
            "mesh.yaml": "name: m\nwarehouse: w\ndomains: {d: {owner: o}}\n",
            "env/local.yaml": "world: {type: local, home: .mesh}\nvalues: {}\n",
        }
        for name, job in JOBS.items():
            text = f"product: d.{name}\n{job.replace('STEPS', steps)}target: {{mode: replace}}\n"
            files |= {
                f"d/{name}/job.yaml": text,
                f"d/{name}/contract.yaml": CONTRACT.format(name=name, version=VERSIONS[name]),
            }
        if product is not None:
            files["d/made/product.yaml"] = product
        for name, text in files.items():
            path = tmp_path / "configs" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        project = Project.open(tmp_path)
        jobs = {name: project.job(name) for name in project.products()}
        return jobs, {name: load(job.contract_path, job.contract_path.name) for name, job in jobs.items()}

    return build


def faults(mesh, product):
    jobs, contracts = mesh(product)
    return product_faults(jobs.values(), contracts, contracts)


def test_a_product_that_says_what_is_so(mesh):
    assert faults(mesh, PRODUCT) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "words"),
    [
        ("2.0.0, contractId: d-made", "2.0.1, contractId: d-made", "PORT_MISMATCH", 9, "in version 2.0.0"),
        ("name: made, version: 2.0.0, contractId: d-made", "name: made", "PORT_MISMATCH", 8, "in version 2.0.0"),
        ("1.0.0, contractId: d-made", "1.0.0, contractId: d-maid", "PORT_MISMATCH", 8, "not the contract of this"),
        ("name: old, version: 1.0.0", "name: made, version: 2.0.0", "DUPLICATE_PORT", 9, "twice"),
        ("1.2.0, contractId: d-left", "1.3.0, contractId: d-left", "PORT_MISMATCH", 5, "has 1.2.5"),
        ("1.2.0, contractId: d-left", "0.9.0, contractId: d-left", "PORT_MISMATCH", 5, "has 1.2.5"),
        ("0.3.1", "0.2.9", "PORT_MISMATCH", 6, "has 0.3.1"),
        ("  - {name: right, version: 0.3.1, contractId: d-right}\n", "", "UNDECLARED_INPUT", 5, "reads d.right"),
        (
            "inputPorts:\n",
            "inputPorts:\n  - {name: far, contractId: far-away}\n",
            "UNKNOWN_CONTRACT",
            5,
            "no product of the mesh",
        ),
        (
            "2.0.0, contractId: d-made",
            "2.0.0, contractId: d-made, inputContracts: [{id: d-left, version: 1.2.5}]",
            "LINEAGE_MISMATCH",
            9,
            "d-right as well",
        ),
    ],
)
def test_a_port_that_leads_elsewhere(mesh, old, new, code, line, words):
    assert old in PRODUCT
    (fault,) = faults(mesh, PRODUCT.replace(old, new, 1))
    assert fault.code == code
    assert fault.where.startswith(f"configs/d/made/product.yaml:{line}:")
    assert words in fault.problem


def test_an_input_from_outside_is_marked(mesh):
    port = "  - {name: far, contractId: far-away, customProperties: [{property: external, value: true}]}\n"
    assert faults(mesh, PRODUCT.replace("inputPorts:\n", f"inputPorts:\n{port}")) == []


def test_what_is_generated_is_without_faults(mesh):
    jobs, contracts = mesh()
    told = generated(jobs["d.made"], contracts["d.made"], {name: contracts[name] for name in ("d.left", "d.right")})
    assert faults(mesh, written(told)) == []
    assert told["outputPorts"][0]["inputContracts"] == [
        {"id": "d-left", "version": "1.2.5"},
        {"id": "d-right", "version": "0.3.1"},
    ]


def test_lineage_is_derived_where_a_port_names_none(mesh):
    jobs, contracts = mesh(PRODUCT)
    stated = product_of(jobs["d.made"]).document.data
    told = with_lineage(stated, contracts["d.made"], {"d.left": contracts["d.left"]})
    assert told["outputPorts"][1]["inputContracts"] == [{"id": "d-left", "version": "1.2.5"}]


@pytest.mark.parametrize(
    ("steps", "left", "right"),
    [
        (STEPS, None, ("k",)),
        ("transforms:\n  - {type: join, with: other, on: [k]}\n", None, None),
        ("transforms:\n  - {type: select, columns: [k]}\n" + STEPS.split("\n")[1] + "\n", ("k",), ("k",)),
        (
            'transforms:\n  - {type: sql, query: "select s.k, o.v from source s join other o on s.k = o.k"}\n',
            ("k",),
            ("k", "v"),
        ),
        ('transforms:\n  - {type: sql, query: "select * from other"}\n', None, None),
    ],
)
def test_a_consumer_uses_the_columns_that_its_job_names(mesh, steps, left, right):
    jobs, _ = mesh(steps=steps)
    for product, columns in (("d.left", left), ("d.right", right)):
        (consumer,) = consumers(product, "any", jobs.values())
        assert (consumer.product, consumer.columns) == ("d.made", columns)
