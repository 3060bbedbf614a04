"""`mesh-etl contract lint`, `upgrade` and `policies`: what they print, and their exit codes."""

from __future__ import annotations

import json

import pytest

SOUND = """\
apiVersion: v3.2.0
kind: DataContract
id: a
version: 1.0.0
status: active
description: {purpose: p}
team: {name: desk}
schema: [{name: t, description: d, properties: [{name: a, logicalType: string, description: d}]}]
"""
OLD = SOUND.replace("v3.2.0", "v3.0.2").replace("team: {name: desk}", "team: [{username: a}]  # the desk")
POLICIES = """\
policies: [{use: retention-declared}, {use: columns-described, severity: warning}]
exemptions: [{policy: nothing, products: [shop.a], owner: o, reason: r, until: 2999-01-01}]
"""


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def put(text, name="c.yaml"):
        (tmp_path / name).write_bytes(text.encode())
        return name

    return put


def test_a_sound_contract(mesh, file):
    assert mesh("contract", "lint", file(SOUND)) == (0, "1 contract: valid\n", "")


def test_faults_and_warnings_are_told_apart(mesh, file):
    said = mesh("contract", "lint", file(SOUND), file(OLD.replace("kind:", "kin:"), "d.yaml"), file(OLD, "e.yaml"))
    assert said.code == 2
    assert said.out == "3 contracts: 2 of them valid, 2 warnings\n"
    lines = said.err.splitlines()
    assert [line.split(" ")[:2] for line in lines] == [
        ["error:", "d.yaml:1:1:"],
        ["error:", "d.yaml:2:1:"],
        ["warning:", "e.yaml:1:13:"],
        ["warning:", "e.yaml:7:1:"],
    ]


@pytest.mark.parametrize(("words", "code"), [((), 0), (("--fail-on", "warning"), 2), (("--strict",), 0)])
def test_warnings_fail_when_asked(mesh, file, words, code):
    assert mesh("contract", "lint", file(OLD), *words).code == code


def test_strict_holds_a_file_against_its_own_version(mesh, file):
    said = mesh("contract", "lint", file(SOUND.replace("v3.2.0", "v3.0.2")), "--strict")
    assert said.code == 2
    assert "c.yaml:7:1: 'team' came with version v3.1.0 of the standard" in said.err


def test_the_standard_alone(mesh, file):
    two = SOUND.replace("schema: [", "schema: [{name: s, description: d}, ")
    assert mesh("contract", "lint", file(two)).code == 2
    said = mesh("contract", "lint", file(two), "--standard")
    assert (said.code, said.out) == (0, "1 contract: valid, 1 warning\n")
    assert "[SEVERAL_TABLES]" in said.err


RULES = """\
schema:
  - name: t
    description: d
    properties: [{name: a, logicalType: string, description: d}]
    quality:
      - {type: custom, engine: mesh_etl, implementation: {expression: "b > 1"}}
      - {type: custom, engine: mesh_etl, implementation: {check: gaps, colum: a}}
      - {type: custom, engine: dqdl, implementation: 'IsComplete "b"'}
"""
OWN = RULES[: RULES.index("      - {")] + "      - {type: custom, engine: mesh_etl, implementation: {check: ours}}\n"


def with_rules(rules):
    return SOUND[: SOUND.index("schema:")] + rules


def test_lint_plans_the_rules(mesh, file):
    said = mesh("contract", "lint", file(with_rules(RULES)))
    assert said.code == 2
    assert [line.split(" ")[1] for line in said.err.splitlines()] == [
        "c.yaml:13:58:",
        "c.yaml:14:58:",
        "c.yaml:14:72:",
        "c.yaml:15:54:",
    ]


def test_a_check_of_ones_own_is_known_in_the_project_alone(mesh, file, tmp_path):
    said = mesh("contract", "lint", file(with_rules(OWN)))
    assert (said.code, said.out) == (0, "1 contract: valid, 1 warning\n")
    assert "there is no check 'ours'" in said.err
    (tmp_path / "configs").mkdir()
    file("plugins: [lint_checks]\n", "configs/mesh.yaml")
    assert mesh("contract", "lint", "c.yaml").err == (
        "error: configs/mesh.yaml:1:11: plugins: there is no module 'lint_checks'; "
        "install it, put it under the project's folder, or remove the line [PLUGIN_MISSING]\n"
    )
    file("", "lint_checks.py")
    assert "[UNKNOWN_CHECK]" in mesh("contract", "lint", "c.yaml").err
    assert mesh("contract", "lint", "c.yaml").code == 2


def test_lint_as_json_and_as_annotations(mesh, file):
    name = file(OLD.replace("id: a", "id: a\nnme: 1,5%"))
    document = json.loads(mesh("contract", "lint", name, "--json").out)
    assert document["valid"] is False
    assert [one["code"] for one in document["files"][0]["faults"]] == ["UNKNOWN_KEY"]
    [line] = mesh("contract", "lint", name, "--ci").out.splitlines()
    assert line == "::error file=c.yaml,line=4,col=1,title=UNKNOWN_KEY::nme: unknown key 'nme'; did you mean 'name'?"


def test_upgrade_shows_the_difference_and_writes_it_when_asked(mesh, file, tmp_path):
    said = mesh("contract", "upgrade", file(OLD))
    assert "+team:\n+  members: [{username: a}]  # the desk\n" in said.out
    assert said.out.endswith("c.yaml: would be upgraded; --write does it\n")
    assert (tmp_path / "c.yaml").read_text() == OLD
    assert mesh("contract", "upgrade", "c.yaml", "--write") == (0, "c.yaml: upgraded\n", "")
    after = OLD.replace("v3.0.2", "v3.2.0").replace("team: [", "team:\n  members: [")
    assert (tmp_path / "c.yaml").read_text() == after
    assert mesh("contract", "upgrade", "c.yaml", "--write").out == "c.yaml: nothing to upgrade\n"
    assert mesh("contract", "lint", "c.yaml", "--strict", "--fail-on", "warning").code == 0


def test_upgrade_where_nothing_can_be_written(mesh, file, tmp_path):
    (tmp_path / ".c.yaml.new").mkdir()
    said = mesh("contract", "upgrade", file(OLD), "--write")
    assert (said.code, "[WRITE_FAILED]" in said.err) == (4, True)
    assert (tmp_path / "c.yaml").read_text() == OLD


ODD = {  # what a file may hold in place of a contract, and the codes that say so
    "binary": (bytes(range(256)), "NOT_UTF8"),
    "UTF-16": (SOUND.encode("utf-16"), "NOT_UTF8"),
    "nothing": (b"", "EMPTY_FILE"),
    "a list": (b"[s3cr3t]", "WRONG_TYPE"),
    "no YAML": (b"a: [s3cr3t, 2\n b: }{", "YAML_SYNTAX"),
    "an anchor": (b"a: &a s3cr3t\nb: *a\n", "YAML_ANCHOR"),
    "a tag": (b"!!python/object/apply:os.system [s3cr3t]", "YAML_TAG"),
    "a key twice": (SOUND.encode() + b"id: s3cr3t\n", "DUPLICATE_KEY"),
    "two documents": (SOUND.encode() + b"---\n" + SOUND.encode(), "SEVERAL_DOCUMENTS"),
    "no end of nesting": (b"a: " + b"[" * 3000 + b"]" * 3000, "TOO_DEEP"),
    "12 megabytes": (SOUND.encode() + b"# much\n" * 1_800_000, "FILE_TOO_LARGE"),
}


@pytest.mark.parametrize("name", ODD)
def test_a_file_that_is_no_contract_is_told_by_its_code(mesh, file, tmp_path, name):
    content, code = ODD[name]
    file(SOUND, "sound.yaml")
    (tmp_path / "odd.yaml").write_bytes(content)
    for words in (("lint",), ("upgrade",), ("diff", "sound.yaml")):
        said = mesh("contract", *words, "odd.yaml")
        assert (said.code, f"[{code}]" in said.err) == (2, True), said
        assert "s3cr3t" not in said.out + said.err
        assert len(said.err) < 1000
    said = mesh("contract", "export", "odd.yaml", "html")
    assert (said.code, f"[{code}]" in said.err, said.out) == (2, True, "")
    assert (tmp_path / "odd.yaml").read_bytes() == content


def test_byte_order_mark_and_line_ends_of_windows(mesh, file, tmp_path):
    (tmp_path / "c.yaml").write_bytes(b"\xef\xbb\xbf" + SOUND.replace("\n", "\r\n").encode())
    file(SOUND, "other.yaml")
    assert mesh("contract", "lint", "c.yaml").code == 0
    assert mesh("contract", "diff", "c.yaml", "other.yaml", "--fail-on", "additive").code == 0
    assert "name the file to compare with" in mesh("contract", "diff", "c.yaml").err


def test_upgrade_of_a_broken_file_writes_nothing(mesh, file, tmp_path):
    broken = OLD.replace("kind:", "kin:")
    said = mesh("contract", "upgrade", file(broken), "--write")
    assert said.code == 2
    assert "c.yaml:2:1" in said.err
    assert (tmp_path / "c.yaml").read_text() == broken


def test_policies_are_listed_and_enforced(mesh, project, product):
    with (project / "configs/mesh.yaml").open("a") as mesh_yaml:
        mesh_yaml.write(POLICIES)
    product("a", "{type: csv, path: in.csv}")
    (project / "in.csv").write_text("id,country\n1,DE\n")
    said = mesh("contract", "policies")
    assert said.code == 2
    verdicts = [line.split()[:3] for line in said.out.splitlines()[2:]]
    assert verdicts == [["columns-described", "shop.a", "warned"], ["retention-declared", "shop.a", "broken"]]
    place = "configs/shop/a/contract.yaml:1:1"
    assert f"error: {place}: policy 'retention-declared': nothing says for how long the data is kept" in said.err
    assert "warning: configs/mesh.yaml:5:14: exemptions: there is no policy 'nothing'" in said.err
    for words in (("validate",), ("plan", "shop.a"), ("run", "shop.a")):
        said = mesh(*words)
        assert said.code == 2
        assert f"error: {place}: policy 'retention-declared'" in said.err
    assert not (project / ".mesh/warehouse").exists()
    document = json.loads(mesh("contract", "policies", "shop.a", "--json").out)
    assert [one["verdict"] for one in document["verdicts"]] == ["broken", "warned"]


def test_what_policies_only_tell_is_told_by_every_command_and_stops_none(mesh, project, product):
    with (project / "configs/mesh.yaml").open("a") as mesh_yaml:
        mesh_yaml.write("policies: [{use: columns-described, severity: warning}, {use: retention-declared, ")
        mesh_yaml.write("severity: warning}, {use: column-names, pattern: x, severity: warning}]\n")
    product("a", "{type: csv, path: in.csv}")
    (project / "in.csv").write_text("id,country\n1,DE\n")
    said = mesh("validate")
    warnings = [line.removeprefix("warning: ") for line in said.err.splitlines() if line.startswith("warning: ")]
    assert (said.code, len(warnings)) == (0, 4)
    assert {line.partition("policy '")[2].partition("'")[0] for line in warnings} == {
        "columns-described", "retention-declared", "column-names",
    }  # fmt: skip
    planned = mesh("plan", "shop.a").out
    assert [line.split(maxsplit=1)[1] for line in planned.splitlines() if line.split()[0] == "warning"] == warnings
    assert json.loads(mesh("plan", "shop.a", "--json").out)["warnings"] == warnings
    assert json.loads(mesh("validate", "--json").out)["warnings"] == warnings
    ran = mesh("run", "shop.a")
    assert ran.code == 0
    told = [line.strip() for line in ran.out.splitlines() if line.startswith("  warning")]
    assert told == [f"warning: {one}" for one in warnings[:3]] + ["warnings besides: 1; see mesh-etl validate shop.a"]
    assert json.loads(mesh("run", "shop.a", "--json").out)["products"][0]["warnings"] == warnings


def test_a_mesh_without_policies(mesh, project, product):
    product("a", "{type: csv, path: in.csv}")
    said = mesh("contract", "policies")
    assert (said.code, said.err) == (0, "")
    assert "no policy" in said.out
