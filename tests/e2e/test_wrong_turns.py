"""Where newcomers go wrong: each turn ends in a coded error, and whoever does what it says gets on."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_etl.cli import main

MESH, JOB, CONTRACT = "configs/mesh.yaml", "configs/shop/orders/job.yaml", "configs/shop/orders/contract.yaml"
PROD = "configs/env/prod.yaml"
STATUS_LINES = (  # of the contract: the last column, with its rule
    "      - name: status\n        logicalType: string\n        required: true\n"
    "        description: What has become of the order.\n        quality:\n"
    "          - {metric: invalidValues, arguments: {validValues: [open, paid, shipped]}, mustBe: 0}\n"
)


@pytest.fixture
def mesh_etl(capfd, monkeypatch, tmp_path):
    """Runs a command as it is typed, in a folder whose name is no plain word; returns exit code and what it said."""
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("NO_COLOR", "1")
    folder = tmp_path / "Mein schöner Laden"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def call(*words: str) -> tuple[int, str]:
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main(list(words))
        said = capfd.readouterr()
        return int(end.value.code or 0), said.out + said.err

    return call


@pytest.fixture
def begun(mesh_etl):
    assert mesh_etl("init")[0] == 0
    return mesh_etl


def change(path: str, old: str, new: str) -> None:
    text = Path(path).read_text()
    assert old in text
    Path(path).write_text(text.replace(old, new))


def change_data(old: str, new: str) -> None:
    for path in Path("raw/shop/orders").iterdir():
        change(str(path), old, new)


def test_no_project_here(mesh_etl):
    code, said = mesh_etl("run", "shop.orders")
    assert code == 2
    assert "begin a project here: mesh-etl init [NO_PROJECT]" in said
    assert mesh_etl("init")[0] == 0
    assert mesh_etl("run", "shop.orders")[0] == 0


def test_another_folder_is_named_by_the_next_commands_too(begun, monkeypatch):
    folder = Path.cwd()
    monkeypatch.chdir("/")
    code, said = begun("validate", "--root", str(folder))
    assert (code, said.splitlines()[-1]) == (0, f"next: mesh-etl plan shop.orders --root '{folder}'")
    monkeypatch.chdir(folder)
    assert begun("validate")[1].splitlines()[-1] == "next: mesh-etl plan shop.orders"


def test_a_name_that_is_nearly_right(begun):
    for words in (("plan", "shop.ordres"), ("plan", "orders"), ("query", "select * from shop.order")):
        code, said = begun(*words)
        assert code in (2, 3)
        assert "did you mean 'shop.orders'?" in said


def test_a_column_that_the_files_lack(begun):
    for path in Path("raw/shop/orders").iterdir():
        path.write_text("".join(f"{line.rpartition(',')[0]}\n" for line in path.read_text().splitlines()))
    code, said = begun("plan", "shop.orders")
    assert code == 3
    assert "the header lacks 'status'; say under source.columns what the file calls it, or take it out" in said
    change(CONTRACT, STATUS_LINES, "")
    assert begun("plan", "shop.orders")[0] == 0


def test_columns_that_something_else_separates(begun):
    change_data(",", ";")
    code, said = begun("plan", "shop.orders")
    assert code == 3
    assert 'under source: delimiter: ";" [HEADER_MISMATCH]' in said
    change(JOB, "  type: csv\n", '  type: csv\n  delimiter: ";"\n')
    assert begun("plan", "shop.orders")[0] == 0


def test_files_from_windows(begun):
    for path in (MESH, JOB, CONTRACT, "configs/env/local.yaml", *map(str, Path("raw/shop/orders").iterdir())):
        Path(path).write_bytes(b"\xef\xbb\xbf" + Path(path).read_bytes().replace(b"\n", b"\r\n"))
    code, said = begun("run", "shop.orders")
    assert code == 0
    assert "16 read = 15 good + 1 quarantined" in said


def test_refused_rows_are_named_with_the_command_that_shows_them(begun):
    assert "mesh-etl quarantine show shop.orders\n" in begun("run", "shop.orders")[1]
    code, said = begun("quarantine", "show", "shop.orders")
    assert code == 0
    assert said.splitlines()[-2:] == [
        "next: mesh-etl quarantine show shop.orders --raw",
        "      mesh-etl quarantine replay shop.orders",
    ]
    assert begun("quarantine", "show", "shop.orders", "--raw")[0] == 0
    change(CONTRACT, "[open, paid, shipped]", "[open, paid, shipped, lost]")
    code, said = begun("quarantine", "replay", "shop.orders")
    assert code == 0
    assert "1 of 1 refused row left the quarantine for the table" in said


def test_a_change_once_the_contract_is_active(begun):
    change(CONTRACT, "status: draft ", "status: active ")
    assert begun("run", "shop.orders")[0] == 0
    change(CONTRACT, "[open, paid, shipped]", "[open, paid, shipped, lost]")
    code, said = begun("run", "shop.orders")
    assert code == 3
    assert "write 2.0.0, or a later version [VERSION_TOO_LOW]" in said
    assert "or --acknowledge 2.0.0 [NOT_ACKNOWLEDGED]" in said
    change(CONTRACT, "version: 1.0.0", "version: 2.0.0")
    assert begun("run", "shop.orders", "--acknowledge", "2.0.0")[0] == 0


def test_a_tab_in_a_file(begun):
    change(JOB, "  type: csv", "\ttype: csv")
    code, said = begun("validate")
    assert (code, f"{JOB}:4:1: a tab stands where only spaces can" in said) == (2, True)


def test_files_that_are_not_there(begun):
    change(JOB, "/shop/orders/", "/shop/orders/today/")
    assert "the folder does not exist: make it, or change the path [INPUT_MISSING]" in begun("plan", "shop.orders")[1]


def test_a_second_init(begun):
    code, said = begun("init")
    assert code == 2
    assert "name another product (mesh-etl init domain.name), or delete it first [FILE_EXISTS]" in said
    assert begun("init", "shop.more")[0] == 0


def test_no_credentials(begun):
    assert "000000000000 stands for an AWS account; put in your own" in begun("plan", "shop.orders", "--env", "prod")[1]
    change(PROD, "000000000000", "123456789012")
    code, said = begun("plan", "shop.orders", "--env", "prod")
    assert code == 4
    assert "there are no credentials for S3 (NoCredentialsError); sign in" in said
    code, said = begun("deploy", "shop", "--env", "prod")
    assert code == 4
    assert "sign in (aws sso login, or export AWS_PROFILE=NAME)" in said
    assert "[AWS_CREDENTIALS]" in said


def test_a_region_that_is_none(begun):
    change(PROD, "region: eu-west-1, ", "")
    assert "add the key 'region' [MISSING_KEY]" in begun("validate", "--env", "prod")[1]
    change(PROD, "type: aws, ", "type: aws, region: eu-west1, ")
    assert (
        "no region is called so; write it as AWS does, such as eu-west-1 [BAD_FORMAT]"
        in begun("validate", "--env", "prod")[1]
    )
    change(PROD, "eu-west1", "eu-west-1")
    assert begun("validate", "--env", "prod")[0] == 0


def test_a_group_of_commands_alone_shows_what_is_in_it(mesh_etl):
    code, said = mesh_etl("quarantine")
    assert code == 2
    assert said.startswith("Usage: mesh-etl quarantine")
    assert "[USAGE]" not in said


def test_a_dry_run_says_what_a_deploy_lacks(begun):
    code, said = begun("deploy", "shop", "--env", "prod", "--dry-run")
    assert code == 0
    assert f"Put your account and region into {PROD} first.\nnext: mesh-etl deploy shop --env prod\n" in said
