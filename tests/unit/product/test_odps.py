from __future__ import annotations

import pytest

from mesh_etl.errors import ConfigError
from mesh_etl.product.load import load

# The example of the standard's text, with the parts that came with version 1.1.0.
FULL = """\
apiVersion: v1.1.0
kind: DataProduct
name: Customer Data Product
id: fbe8d147-28db-4f1d-bedf-a3fe9f458427
domain: seller
status: draft
tenant: RetailCorp
type: aggregate
deprecated: false
synonyms: [{synonym: clients, locale: en-GB}]
context: {instructions: Count customers by their key.}
description: {purpose: Enterprise view of a customer., limitations: none, usage: see the artefacts}
tags: [customer]
inputPorts:
  - {name: payments, version: 2.0.0, contractId: dbb7b1eb, customProperties: [{property: external, value: true}]}
  - {name: events}
outputPorts:
  - name: rawtransactions
    description: Raw transactions
    type: tables
    version: 2.0.0
    contractId: c2798941
    sbom: [{type: external, url: 'https://sbom'}]
    inputContracts: [{id: dbb7b1eb, version: 2.0.0}]
managementPorts: [{content: dictionary, type: topic, name: tpc-dict-update}]
support: [{channel: Slack, url: 'https://slack', tool: slack, scope: interactive}]
team: {name: crm, members: [{username: ann, role: owner, dateIn: '2023-01-15'}]}
productCreatedTs: "2023-01-15T10:30:00Z"
"""
SMALL = """\
apiVersion: v1.0.0
kind: DataProduct
id: x
status: active
inputPorts: [{name: a, version: 1.0.0, contractId: b}]
outputPorts: [{name: o, version: 1.0.0}]
team: [{username: ann}]
"""


@pytest.fixture
def read(tmp_path):
    def build(text):
        path = tmp_path / "product.yaml"
        path.write_text(text)
        return load(path, "product.yaml")

    return build


@pytest.mark.parametrize("text", [FULL, SMALL])
def test_both_versions_are_read(read, text):
    product = read(text)
    assert product.outputs[0].name
    assert product.where("outputPorts", 0, "name").startswith("product.yaml:")


@pytest.mark.parametrize(
    ("old", "new", "code", "where"),
    [
        ("status: active\n", "", "MISSING_KEY", ""),
        ("id: x", "id: x\ntype: aggregate", "UNKNOWN_KEY", ":4:1"),
        ("team: [{username: ann}]", "team: {name: t}", "WRONG_TYPE", ":7:7"),
        ("version: 1.0.0, contractId: b", "contractId: b", "MISSING_KEY", ":5:"),
        ("{name: o,", "{name: o, contractid: c,", "UNKNOWN_KEY", ":6:"),
        ("v1.0.0", "v0.9.0", "UNKNOWN_VERSION", ":1:13"),
        ("DataProduct", "DataContract", "NOT_ALLOWED", ":2:7"),
    ],
)
def test_a_file_is_held_to_the_version_that_it_declares(read, old, new, code, where):
    assert old in SMALL
    with pytest.raises(ConfigError) as raised:
        read(SMALL.replace(old, new, 1))
    assert [fault.code for fault in raised.value.faults] == [code]
    assert where in raised.value.faults[0].where


@pytest.mark.parametrize("text", ["", "[]", "just words", "apiVersion: 1.1"])
def test_what_is_no_product_is_a_fault(read, text):
    with pytest.raises(ConfigError):
        read(text)
