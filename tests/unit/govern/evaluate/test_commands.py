"""`mesh-etl access`: what people read, what machines read, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PHRASES = "configs/customer/customers/contract.yaml"


@pytest.fixture
def access(mesh: Callable[..., Any], project: Path) -> Callable[..., Any]:
    """Runs one of the commands in the project."""
    return lambda *words: mesh("access", *words, "--root", str(project))


def edit(project: Path, old: str, new: str, name: str = PHRASES) -> None:
    path = project / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_explain_says_what_is_seen_and_why(access: Callable[..., Any]) -> None:
    said = access("explain", "--principal", "role/analyst", "--product", "customer.customers")
    assert said.code == 0, said.err
    assert said.out.startswith("marketing.analyst sees 2 of 3 columns of customer.customers, of some rows\n")
    assert "the filter 'campaigns' of customer.customers" in said.out
    assert "account marketing has the resource link demo_customer to it" in said.out


def test_explain_says_why_a_column_is_not_seen(access: Callable[..., Any]) -> None:
    words = ("--principal", "marketing.intern", "--product", "customer.customers", "--column", "email")
    said = access("explain", *words)
    assert said.out.startswith("marketing.intern does not see email of customer.customers\n")
    assert "but email has sensitivity=personal (set on the column)" in said.out
    document = json.loads(access("explain", *words, "--json").out)
    assert document["verdict"] == "denied"
    assert document["columns"][0]["tags"] == {"sensitivity": "personal"}
    assert document["because"][-1]["kind"] == "no-match"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("marketing.analist", "customer.customers"), "UNKNOWN_PRINCIPAL"),
        (("marketing.analyst", "customer.customer"), "UNKNOWN_PRODUCT"),
        (("marketing.analyst", "customer.customers", "--column", "mail"), "UNKNOWN_COLUMN"),
    ],
)
def test_a_slip_of_the_pen_is_not_denied_but_wrong(
    access: Callable[..., Any], words: tuple[str, ...], code: str
) -> None:
    who, product, *more = words
    said = access("explain", "--principal", who, "--product", product, *more)
    assert said.code == 2
    assert code in said.err
    assert "did you mean" in said.err


def test_the_matrix_counts_columns_and_names_those_that_ask_for_care(access: Callable[..., Any]) -> None:
    squares = {one["principal"]: one for one in json.loads(access("matrix", "--format", "json").out)}
    assert squares["customer.engineer"]["guarded"] == ["email"]
    assert squares["customer.engineer"]["rights"] == ["ALTER", "DESCRIBE", "INSERT", "SELECT"]
    assert (squares["marketing.analyst"]["columns"], squares["marketing.analyst"]["filtered"]) == (2, True)
    assert (squares["marketing.intern"]["columns"], squares["marketing.intern"]["filtered"]) == (1, False)
    rows = list(csv.DictReader(io.StringIO(access("matrix", "--format", "csv", "--domain", "customer").out)))
    assert {row["principal"]: row["columns"] for row in rows} == {
        name: str(one["columns"]) for name, one in squares.items()
    }
    shown = access("matrix").out
    assert "email (personal)" in shown
    assert "nothing is seen" in shown
    assert "UNKNOWN_DOMAIN" in access("matrix", "--domain", "costumer").err
    assert "no product in the central catalogue yet" in access("matrix", "--live").out  # nothing is applied


def test_a_change_that_shows_more_fails_where_it_is_asked_to(access: Callable[..., Any], project: Path) -> None:
    def git(*words: str) -> None:
        names = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(["git", "-C", str(project), *names, *words], check=True, capture_output=True)

    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "one")
    same = access("diff", "--from", "HEAD", "--fail-on-widening")
    assert (same.code, same.out) == (0, "Nobody sees more or less than before.\n")
    edit(project, "      - {property: hideClassified, value: [personal]}\n", "")
    wider = access("diff", "--from", "HEAD", "--fail-on-widening")
    assert wider.code == 1
    assert wider.out == "This change lets\n  marketing.analyst see customer.customers: email (personal)\n"
    assert access("diff", "--from", "HEAD").code == 0
    (told,) = json.loads(access("diff", "--from", "HEAD", "--json").out)
    assert (told["widens"], told["columns"]) == (True, [{"name": "email", "classification": "personal"}])
    git("commit", "-qam", "two")
    narrower = access("diff", "--from", "HEAD~1", "--to", "HEAD", "--fail-on-widening")
    assert narrower.code == 1
    assert access("diff", "--from", "HEAD", "--to", "HEAD~1", "--fail-on-widening").code == 0


@pytest.mark.parametrize("what", ["nowhere", "--output=x", "HEAD:configs"])
def test_what_is_no_revision_is_told(access: Callable[..., Any], what: str) -> None:
    said = access("diff", f"--from={what}")
    assert said.code == 2
    assert "UNKNOWN_REVISION" in said.err


def test_a_fault_of_the_state_before_names_where_it_is(
    access: Callable[..., Any], project: Path, tmp_path: Path
) -> None:
    before = tmp_path / "before"
    shutil.copytree(project / "configs", before / "configs")
    (before / "configs/mesh.yaml").write_text("name: demo\n")
    said = access("diff", "--from", str(before))
    assert said.code == 2
    assert f"{before}: configs/mesh.yaml" in said.err


def test_a_folder_without_a_project_does_not_stand_for_the_one_around_it(
    access: Callable[..., Any], project: Path
) -> None:
    (project / "empty").mkdir()
    said = access("diff", "--from", str(project / "empty"))
    assert (said.code, "UNKNOWN_REVISION" in said.err) == (2, True)


def test_findings_fail_where_they_are_asked_to(access: Callable[..., Any], project: Path) -> None:
    assert access("findings", "--fail").out == "Nothing is given beyond what was asked for.\n"
    edit(
        project,
        "      - {property: rows, value: \"region = 'EU'\"}\n      - {property: hideClassified, value: [personal]}\n",
        "      - {property: grantOption, value: true}\n",
    )
    said = access("findings", "--fail")
    assert said.code == 1
    assert "GRANT_OPTION_OUTSIDE" in said.out
