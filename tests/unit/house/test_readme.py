"""The README says what is so."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from prove import CAUGHT_BY
from spoil import KINDS, ONE_IN

from mesh_etl.cli.app import HOMES

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "README.md").read_text()


def test_it_is_short() -> None:
    assert len(TEXT.splitlines()) <= 150


def test_it_begins_with_the_two_commands() -> None:
    commands = re.findall(r"^    \./(\S+)", TEXT, re.MULTILINE)
    assert commands[:2] == ["scripts/demo", "scripts/test"]
    assert all((ROOT / command).stat().st_mode & 0o100 for command in commands)


def test_the_job_is_the_one_of_the_demo_and_has_twelve_lines() -> None:
    [job] = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    assert job == (ROOT / "configs/sales/orders/job.yaml").read_text()
    assert len(job.splitlines()) == 12


def test_the_report_is_the_one_of_the_demo() -> None:
    """At scale 0.1, TPC-H has 150,000 orders; each kind of spoiled row has one in 2,000 of them."""
    _, kinds = CAUGHT_BY["sales.orders"]
    caught = Counter[str]()
    for kind in KINDS["orders.csv"]:
        caught[kinds[kind]] += 150_000 // ONE_IN
    dropped = caught.pop("dedupe[0]")
    read, refused = 150_000 + dropped, caught.total()
    good = read - dropped - refused
    assert f"{read:,} read = {good:,} good + {refused} quarantined + {dropped} deduplicated + 0 filtered" in TEXT
    ranked = sorted(caught.items(), key=lambda pair: (-pair[1], pair[0]))
    assert f"rejected: {', '.join(f'{rule} {rows}' for rule, rows in ranked)}\n" in TEXT


def test_every_command_that_it_names_exists() -> None:
    assert set(re.findall(r"`mesh-etl ([a-z]+(?:-[a-z]+)*)", TEXT)) <= set(HOMES)


def test_every_file_that_it_links_exists() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", TEXT) if "://" not in link]
    assert links
    assert all((ROOT / link).exists() for link in links)
