"""The workshop's notebook, run from top to bottom: who sees what, that nothing leaks, and that nothing is left."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

NOTEBOOK = Path(__file__).parents[2] / "jobs/notebooks/data_mesh_workshop.ipynb"
PERSONAL = re.compile(r"@example\.com|Berg|Chen|Diaz|Eze|Fox|Gray")
CUSTOMERS = "select * from customer.customers"
REVENUE = "select * from sales.revenue_by_segment"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """An empty folder, for temporary files as well."""
    return tmp_path_factory.mktemp("workshop")


@pytest.fixture(scope="module")
def said(place):
    """What each command of the notebook has said, in order, as (command, words); under "picture" the SVG."""
    copy = shutil.copy(NOTEBOOK, place / NOTEBOOK.name)
    known = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = {**known, "TMPDIR": str(place), "IPYTHONDIR": str(place / "ipython")}
    execute = Path(sys.executable).with_name("jupyter-execute")
    done = subprocess.run([execute, "--inplace", copy], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    outputs = [output for cell in cells(copy) for output in cell["outputs"]]
    words = "".join("".join(output["text"]) for output in outputs if output["output_type"] == "stream")
    parts = re.split(r"^\$ mesh-etl (.*)\n", words, flags=re.MULTILINE)
    pictures = [output["data"]["image/svg+xml"] for output in outputs if "image/svg+xml" in output.get("data", {})]
    return [*zip(parts[1::2], parts[2::2], strict=True), *(("picture", "".join(one)) for one in pictures)]


def cells(notebook):
    """The cells with code."""
    return [one for one in json.loads(Path(notebook).read_text())["cells"] if one["cell_type"] == "code"]


def asked(said, who, question):
    """What each query of somebody has answered."""
    return [words for command, words in said if command.startswith(f'query --as {who} "{question}')]


def table(words):
    """The header and the rows of the answer to a query, each as a list of cells without blanks."""
    header, _, *rows = words.partition("\n\n")[0].splitlines()
    return [line.split() for line in (header, *rows)]


def test_it_is_kept_without_what_it_said():
    """Its outputs hold times and folders: they would differ with each run, and are made by whoever runs it."""
    assert cells(NOTEBOOK)
    assert [one for one in cells(NOTEBOOK) if one["outputs"] or one["execution_count"] is not None] == []


def test_the_engineer_sees_all_of_it(said):
    [words] = asked(said, "customer.engineer", CUSTOMERS)
    assert len(set(PERSONAL.findall(words))) == 7
    assert words.count("@example.com") == 6


def test_the_analyst_sees_her_rows_and_nothing_personal(said):
    [words] = asked(said, "marketing.analyst", CUSTOMERS)
    header, *rows = table(words)
    assert header == ["customer_id", "country", "segment"]
    assert rows == [["1", "DE", "premium"], ["5", "DE", "standard"]]
    [refused] = asked(said, "marketing.analyst", "select email")
    assert "[QUERY_INVALID]" in refused
    [by_tags] = asked(said, "marketing.analyst", "select * from sales.orders")
    assert by_tags.split()[0] == "ordered_on"
    assert "customer_id" not in by_tags


def test_nothing_personal_is_said_to_anybody_who_may_not_see_it(said):
    shown = [command for command, words in said if PERSONAL.search(words)]
    assert {command.partition(' "')[0] for command in shown} == {
        "query --as customer.engineer",
        "query --as marketing.intern",
    }


def test_a_stranger_is_refused_with_the_reason(said):
    before, during, after = asked(said, "marketing.intern", CUSTOMERS)
    for words in (before, after, *asked(said, "marketing.intern", REVENUE)):
        assert "nothing gives marketing.intern a right on" in words
        assert "[ACCESS_DENIED]" in words
    header, *rows = table(during)
    assert header == ["customer_id", "email", "country"]
    assert [row[-1] for row in rows] == ["ES", "ES"]


def test_the_view_across_domains_is_the_same_for_whoever_may_see_it(said):
    [engineer] = asked(said, "sales.engineer", REVENUE)
    [analyst] = asked(said, "marketing.analyst", REVENUE)
    assert engineer == analyst
    assert "135.75" in engineer


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("govern plan", "shows the strictest class of customers: name, email"),
        ("govern verify", "nothing to do: the accounts hold what the configuration says"),
        ("access explain --principal marketing.analyst --product customer.customers", "country = 'DE'"),
        ("access diff", "marketing.analyst see customer.customers: name (personal), email (personal)"),
        ("access diff", "Nobody sees more or less than before."),
        ("approve", "[NOT_AN_APPROVER]"),
        ("approve", "approved until"),
        ("requests audit", "ACCESS_DENIED"),
        ("find segment", "sales.revenue_by_segment"),
        ("lineage sales.revenue_by_segment.revenue", "← sales.orders.amount  aggregated"),
        ("events", "AccessRevoked"),
        ("govern destroy", "nothing of it is in the accounts"),
    ],
)
def test_each_part_shows_what_it_is_about(said, command, words):
    assert any(one.startswith(command) and words in told for one, told in said)


def test_the_picture_shows_the_live_state(said):
    [picture] = [words for command, words in said if command == "picture"]
    texts = [one.text for one in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")]
    for expected in ("governance 111111111111", "personal: name, email", "marketing.analyst", "customer.steward"):
        assert expected in texts
    assert "marketing.intern" not in texts


def test_nothing_is_left(said, place):
    assert said
    assert [one.name for one in place.iterdir() if one.name.startswith("mesh-workshop-")] == []


def test_an_expired_request_would_be_taken_back(said):
    approved = [
        words for command, words in said if "filter governance/workshop_customer.customers[call_centre]" in words
    ]
    assert any("- grant: marketing.intern SELECT on filter" in words for words in approved)
