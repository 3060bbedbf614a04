"""What governing a large mesh costs: compile, apply from nothing, observe, and a plan with no changes."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from page import machine, table, verdict, write_section

from mesh_etl import embedded_aws
from mesh_etl.config import Project
from mesh_etl.config.governance.identity import Identity
from mesh_etl.govern.apply import apply
from mesh_etl.govern.compile import governance
from mesh_etl.govern.difference import difference
from mesh_etl.govern.governors import with_governors
from mesh_etl.govern.observe import observed
from mesh_etl.govern.planned import bounds, planned

DOMAINS, TABLES, COLUMNS, PERSONAS, CONSUMERS, RULES = 20, 1_000, 50, 100, 100, 300
LEVELS = ("public", "internal", "confidential", "personal")
BOUND = 5.0  # seconds of a plan with no changes


class World:
    """Embedded AWS below one folder, as on a laptop; `calls` counts what is asked of it."""

    name = "local"

    def __init__(self, home: Path) -> None:
        self.home = home
        self.calls: Counter[str] = Counter()
        self._clients: dict[tuple[str, Identity], Any] = {}

    def client(self, service: str, identity: Identity) -> Any:
        """The client of the role of the identity."""
        if (service, identity) not in self._clients:
            made = embedded_aws.client(
                service, self.home, identity.region, identity.account, identity.role, self._counted, durable=False
            )
            self._clients[service, identity] = made
        return self._clients[service, identity]

    def _counted(self, operation: str, phase: str) -> None:
        self.calls[operation] += phase == "before"

    def secret(self, ref: str) -> str:
        """There are none."""
        raise NotImplementedError(ref)

    def location(self, path: str | Path) -> str:
        """The path as a URL."""
        return f"file://{path}"


def mesh() -> str:
    """A mesh file of 20 domains and as many consumers, 200 principals and 300 rules of access by tags."""
    accounts = [("governance", 1)]
    accounts += [(f"{kind}{n}", first + n) for kind, first in (("d", 100), ("c", 500)) for n in range(DOMAINS)]
    lines = ["name: large", "warehouse: .mesh/warehouse", "accounts:"]
    lines += [f'  {name}: {{id: "{number:012d}"}}' for name, number in accounts]
    lines += ["governance: {account: governance}", "domains:"]
    for n in range(DOMAINS):
        lines += [
            f"  d{n}:",
            f"    owner: team-{n}",
            f"    account: d{n}",
            f"    tags: {{domain: d{n}}}",
            "    personas:",
        ]
        lines += [f"      engineer: {{role: d{n}-engineer, rights: [describe, insert, alter], runs_jobs: true}}"]
        rest = PERSONAS // DOMAINS - 1
        lines += [f"      p{m}: {{role: d{n}-p{m}, rights: [describe, select]}}" for m in range(rest)]
    lines += ["consumers:"]
    for n in range(DOMAINS):
        named = ", ".join(f"q{m}: c{n}-q{m}" for m in range(CONSUMERS // DOMAINS))
        lines += [f"  c{n}: {{account: c{n}, principals: {{{named}}}}}"]
    lines += [
        "tags:",
        f"  level: {{values: [{', '.join(LEVELS)}], default: personal}}",
        f"  domain: {{values: [{', '.join(f'd{n}' for n in range(DOMAINS))}]}}",
        "access:",
    ]
    for n in range(RULES):
        who = f"c{n % DOMAINS}.q{n // DOMAINS % (CONSUMERS // DOMAINS)}"
        lines += [f"  - {{to: {who}, tagged: {{level: [{LEVELS[n % 3]}], domain: [d{n * 7 % DOMAINS}]}}}}"]
    return "\n".join(lines)


def written(root: Path) -> Project:
    """The project with its 1,000 products."""
    files = {"mesh.yaml": mesh(), "env/local.yaml": "world: {type: local, home: .mesh}\n"}
    for number in range(TABLES):
        domain, name = f"d{number % DOMAINS}", f"t{number}"
        columns = "".join(
            f"  - {{name: c{one}, logicalType: string, classification: {LEVELS[(one + number) % 4]}}}\n"
            for one in range(COLUMNS)
        )
        head = f"apiVersion: v3.1.0\nkind: DataContract\nid: {name}\nversion: 1.0.0\nstatus: active\n"
        files[f"{domain}/{name}/contract.yaml"] = f"{head}schema:\n- name: {name}\n  properties:\n{columns}"
        files[f"{domain}/{name}/job.yaml"] = (
            f"product: {domain}.{name}\ncontract: contract.yaml\nsource: {{type: csv, path: raw/*.csv}}\n"
            "target: {mode: {type: append}}\n"
        )
    for path, text in files.items():
        (root / "configs" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "configs" / path).write_text(text)
    return Project.open(root)


def timed(taken: dict[str, tuple[float, float]], name: str, work: Callable[[], Any]) -> Any:
    """What the work gives; its wall and CPU seconds are kept under the name."""
    wall, cpu = time.perf_counter(), time.process_time()
    made = work()
    taken[name] = (time.perf_counter() - wall, time.process_time() - cpu)
    return made


def section(runs: int) -> str:
    """What was measured, as a section of the page."""
    taken: dict[str, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        project = written(root)
        world = World(root / ".mesh")
        made = timed(taken, "compile, contracts read", lambda: governance(project))
        timed(taken, "apply from nothing", lambda: apply(project, world, "bench", dangerous=True))
        writes = sum(world.calls.values())
        for number in range(runs):
            world = World(root / ".mesh")
            found = timed(taken, f"observe {number}", partial(observed, project, world))
            limits = bounds(project)
            wanted = with_governors(made.state, found, limits.claims)
            timed(taken, f"difference {number}", partial(difference, found, wanted, limits))
            world = World(root / ".mesh")
            plan = timed(taken, f"plan with no changes {number}", partial(planned, project, world))
            assert not plan.changes
        reads = sum(world.calls.values())
    best = {}
    for name, pair in taken.items():
        title = name.rstrip("0123456789 ")
        best[title] = min(best.get(title, pair), pair)
    rows = [(name, f"{wall:.2f} ({cpu:.2f})") for name, (wall, cpu) in best.items()]
    wall, cpu = best["plan with no changes"]
    return f"""
## Governance: a plan for a large mesh

`scripts/bench governance --runs {runs}`: {TABLES:,} tables of {COLUMNS} columns that are tagged one by one,
{PERSONAS + CONSUMERS} principals of {2 * DOMAINS} accounts, {RULES} tag rules, on the embedded services. Seconds of
wall time, and CPU seconds in brackets, in one process, the best of the runs. The application from nothing makes
{writes:,} calls, the plan {reads:,}.
{machine()}.

{table(("", "seconds"), rows)}

{verdict(f"plan with no changes, against {BOUND:.0f} s", wall / BOUND, 1)}
{verdict(f"plan with no changes, against {BOUND:.0f} CPU seconds", cpu / BOUND, 1)}
"""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2)
    write_section("governance", section(parser.parse_args().runs))
