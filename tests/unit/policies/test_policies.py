from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mesh_etl.config import Project
from mesh_etl.config.policies import BuiltIn
from mesh_etl.contract.load import load
from mesh_etl.errors import ConfigError
from mesh_etl.plan import build
from mesh_etl.policies import judge, unused
from mesh_etl.policies.built_in import TESTS

DAY = date(2026, 6, 1)
MESH = "name: m\nwarehouse: w\ndomains: {shop: {owner: o}, desk: {owner: o}}\n"
JOB = "product: shop.visits\nsource: {type: csv, path: v.csv}\ntarget: {mode: replace}\n"
CONTRACT = """\
apiVersion: v3.2.0
kind: DataContract
id: shop.visits
version: 1.0.0
team: {members: [{username: ann, role: Owner}, {username: bob, dateOut: 2020-01-01}]}
servers:
  - {server: lake, type: s3, location: "s3://b/x", format: csv}
  - {server: db, type: redshift, database: d, schema: s, region: us-east-1}
roles: [{role: readers, access: "read *"}]
slaProperties: [{property: ly, value: 1, unit: d}]
schema:
  - name: visits
    properties:
      - {name: id, logicalType: integer, primaryKey: true}
      - {name: email, logicalType: string, description: where they can be reached}
      - {name: place, logicalType: object, properties: [{name: iban, logicalType: string, classification: restricted}]}
    quality: [{name: nice, type: text}, {type: custom, engine: soda, implementation: x}]
"""


@pytest.fixture
def project(tmp_path: Path):
    def make(mesh: str = "", contract: str = CONTRACT, job: str = JOB) -> Project:
        files = {"mesh.yaml": MESH + mesh, "env/local.yaml": "world: {type: local}\n"}
        files |= {"shop/visits/job.yaml": job, "shop/visits/contract.yaml": contract}
        for name, text in files.items():
            path = tmp_path / "configs" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (tmp_path / "v.csv").write_text("id,email,place\n")
        return Project.open(tmp_path)

    return make


def judged(project: Project, on: date = DAY):
    job = project.job("shop.visits")
    return judge(job, load(job.contract_path, "contract.yaml"), on)


def broken(project: Project) -> list[str]:
    return [fault.where for verdict in judged(project).verdicts for fault in verdict.faults]


@pytest.mark.parametrize(
    ("policy", "places"),
    [
        ("use: owner-present", []),
        ("use: owner-present, role: owner", []),
        ("use: owner-present, role: steward", ["1:1"]),
        ("use: version-is-semver", []),
        ("use: personal-data-classified", ["15:9"]),
        ("use: personal-data-classified, classifications: [personal]", ["15:9", "16:57"]),
        ("use: columns-described", ["14:9", "16:9", "16:57"]),
        ("use: columns-described, min_length: 90", ["14:9", "15:9", "16:9", "16:57"]),
        ("use: column-names, pattern: '[a-z]{2,4}'", ["15:9", "16:9"]),
        ("use: table-names, pattern: '[a-z]+'", []),
        ("use: service-levels-declared, levels: [latency]", []),
        ("use: service-levels-declared, levels: [latency, retention]", ["1:1"]),
        ("use: retention-declared", ["1:1"]),
        ("use: rules-executable", ["17:15", "17:41"]),
        ("use: rules-executable, engines: [soda]", ["17:15"]),
        ("use: no-wildcard-grants", ["9:9"]),
        ("use: encryption-on", ["7:5"]),
        ("use: allowed-regions, regions: [eu-central-1]", ["8:5"]),
        ("use: allowed-formats, formats: [parquet]", ["7:5"]),
        ("use: allowed-sources, sources: [csv]", []),
        ("name: a, for: contract, assert: 'length(servers) > `5`', message: m", ["1:1"]),
        ("name: a, for: columns, when: primaryKey, assert: required, message: m", ["14:9"]),
        ("name: a, for: columns, assert: 'contract.team.members', message: m", []),
        ("name: a, for: columns, assert: \"matches(path, '^(id|email|place)')\", message: m", []),
        ("name: a, for: servers, assert: \"lower(type) != 's3'\", message: m", ["7:5"]),
        ("use: owner-present, role: steward, domains: [desk]", []),
    ],
)  # fmt: skip
def test_policy(project, policy, places):
    assert broken(project(f"policies: [{{{policy}}}]\n")) == [f"contract.yaml:{place}" for place in places]


def test_a_job_is_judged_at_its_own_file(project):
    where = broken(project("policies: [{use: allowed-sources, sources: [parquet]}]\n"))
    assert where == ["configs/shop/visits/job.yaml:1:1"]


def test_every_built_in_policy_has_a_test_and_is_tested_here():
    uses = {model.model_fields["use"].annotation.__args__[0] for model in BuiltIn.__origin__.__args__}
    assert uses == set(TESTS)
    tried = test_policy.pytestmark[0].args[1]
    assert uses <= {text.split(",")[0].removeprefix("use: ") for text, _ in tried}


def test_a_function_is_asked_about_each_subject(project, tmp_path, monkeypatch):
    (tmp_path / "ours.py").write_text("def short(subject):\n    return len(subject.name) < 5\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = judged(project("policies: [{name: a, for: columns, function: 'ours:short', message: too long}]\n"))
    assert [str(fault) for fault in found.faults] == [
        "contract.yaml:15:9: policy 'a': 'email': too long [POLICY]",
        "contract.yaml:16:9: policy 'a': 'place': too long [POLICY]",
        "contract.yaml:16:57: policy 'a': 'place.iban': too long [POLICY]",
    ]


@pytest.mark.parametrize(
    ("policy", "code", "where"),
    [
        ("name: a, for: columns, assert: 'length(tags', message: m", "BAD_EXPRESSION", "4:44"),
        ("name: a, for: columns, assert: 'len(tags)', message: m", "BAD_EXPRESSION", "4:44"),
        ("use: column-names, pattern: '['", "INVALID_VALUE", "4:41"),
        ("use: column-names, pattern: '(?=a)a'", "INVALID_VALUE", "4:41"),
        ("use: owner-present, domains: [desk, shp]", "UNKNOWN_DOMAIN", "4:49"),
        ("use: owner-presnt", "UNKNOWN_TYPE", "4:18"),
        ("use: column-names, patern: x", "MISSING_KEY", "4:12"),
        ("name: a, for: tables, assert: x, message: m", "NOT_ALLOWED", "4:27"),
        ("name: a, for: job, function: nowhere, message: m", "BAD_FORMAT", "4:42"),
    ],
)  # fmt: skip
def test_a_policy_that_means_nothing_is_refused_with_its_line(project, policy, code, where):
    with pytest.raises(ConfigError) as raised:
        project(f"policies: [{{{policy}}}]\n")
    assert code in [fault.code for fault in raised.value.faults]
    assert raised.value.faults[0].where == f"configs/mesh.yaml:{where}"


def test_a_policy_stands_once(project):
    with pytest.raises(ConfigError, match="the policy 'owner-present' stands twice"):
        project("policies: [{use: owner-present}, {use: owner-present}]\n")


def test_an_expression_without_an_answer_is_never_kept(project):
    with pytest.raises(ConfigError) as raised:
        judged(project("policies: [{name: a, for: columns, assert: 'length(description)', message: m}]\n"))
    assert raised.value.code == "POLICY_EXPRESSION"
    assert "length() takes" in str(raised.value)


def test_a_pattern_that_is_none_is_never_kept(project):
    with pytest.raises(ConfigError, match="no regular expression") as raised:
        judged(project("policies: [{name: a, for: columns, assert: \"matches(name, '[')\", message: m}]\n"))
    assert raised.value.code == "POLICY_EXPRESSION"


@pytest.mark.parametrize(
    "policy",
    [
        "use: column-names, pattern: '(([a-z])+.)+[A-Z]'",
        "name: a, for: columns, assert: \"matches(name, '^(([a-z])+.)+[A-Z]$')\", message: m",
    ],
)
def test_a_pattern_that_takes_for_ever_elsewhere_is_answered(project, policy):
    contract = CONTRACT.replace("name: email", f"name: {'a' * 60}")
    assert len(broken(project(f"policies: [{{{policy}}}]\n", contract))) == 4


def test_a_function_that_fails_is_never_kept(project, tmp_path, monkeypatch):
    (tmp_path / "theirs.py").write_text("def bad(subject):\n    raise KeyError('secret')\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigError) as raised:
        judged(project("policies: [{name: a, for: job, function: 'theirs:bad', message: m}]\n"))
    assert raised.value.code == "POLICY_FUNCTION"
    assert "secret" not in str(raised.value)


EXEMPT = """\
policies: [{use: columns-described}, {use: retention-declared}]
exemptions:
  - {policy: columns-described, products: [shop.visits], only: [id, place, place.iban], owner: o, reason: r, until: 2026-06-01}
"""  # noqa: E501


def test_an_exemption_holds_up_to_its_last_day(project):
    found = judged(project(EXEMPT))
    assert [(one.policy, one.status) for one in found.verdicts] == [
        ("columns-described", "exempt"),
        ("retention-declared", "broken"),
    ]


def test_an_exemption_that_has_ended_is_told_with_the_break(project):
    faults = judged(project(EXEMPT), date(2026, 6, 2)).faults
    assert len(faults) == 4
    assert "(its exemption ended on 2026-06-01)" in faults[0].problem


@pytest.mark.parametrize(
    ("policy", "products", "told"),
    [
        ("columns-described", "shop.visits", 0),
        ("owner-present", "shop.visits", 1),
        ("retention", "shop.visits", 1),
        ("owner-present", "desk.other", 1),
    ],
)
def test_an_exemption_for_nothing_is_told(project, policy, products, told):
    one = f"{{policy: {policy}, products: [{products}], owner: o, reason: r, until: 2027-01-01}}"
    made = project(f"policies: [{{use: columns-described}}, {{use: owner-present}}]\nexemptions: [{one}]\n")
    found = list(unused(made, ["shop.visits"], judged(made).used))
    assert [(fault.code, fault.where) for fault in found] == [("EXEMPTION_UNUSED", "configs/mesh.yaml:5:14")] * told


def test_a_plan_refuses_what_breaks_a_policy_and_lets_a_warning_pass(project):
    made = project("policies: [{use: retention-declared}]\n")
    with pytest.raises(ConfigError) as raised:
        build(made.job("shop.visits"))
    assert raised.value.code == "POLICY"
    made = project("policies: [{use: retention-declared, severity: warning}]\n")
    plan = build(made.job("shop.visits"))
    assert plan.work == "run"
    assert [(one.code, one.where) for one in plan.warnings] == [("POLICY", "configs/shop/visits/contract.yaml:1:1")]


def test_the_old_list_of_people_is_read_like_the_team(project):
    old = CONTRACT.replace("team: {members: [", "team: [").replace("}]}\nservers", "}]\nservers")
    assert broken(project("policies: [{use: owner-present, role: owner}]\n", contract=old)) == []
