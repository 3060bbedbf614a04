"""Whatever the configuration says, cfn-lint has nothing to say against the templates."""

from __future__ import annotations

from pathlib import Path

from mesh_etl.config import Project
from mesh_etl.deploy.estate import estate
from mesh_etl.deploy.synth.stack import synthesized
from tests.unit.deploy.synth.lint import complaints, of_stack
from tests.unit.deploy.synth.meshes import bundle_of, mesh, stack_of

JOBS = {
    "glue_version": ("'5.0'", "'5.1'", "'6.0'"),
    "worker_type": ("G.1X", "G.2X", "R.8X"),
    "execution": ("standard", "flex"),
    "auto_scaling": ("true", "false"),
    "bookmark": ("enable", "disable"),
    "retries": ("0", "3"),
    "timeout": ("90s", "7d"),
    "late_after": ("15m", "7d"),
    "dpu_hours": ("0.5", "1000"),
    "concurrent_runs": ("1", "1000"),
    "connections": ("[]", "[db, vpc]"),
    "crawler": ("{}", "{schedule: cron(0 1 * * ? *)}"),
    "spark": ("{}", "{spark.a: b}"),
    "tags": ("{}", "{cost centre: a/b}"),
}
STARTS = (
    "{type: on_demand}",
    "{type: schedule, at: cron(0 6 * * ? *)}",
    "{type: files, batch: 1, window: 1s}",
    "{type: after, products: [crm.p]}",
)
DOMAINS = {
    "orchestration": ("triggers", "step_functions"),
    "alarms": (
        "{}",
        "{email: [a@b.example]}",
        "{topic: 'arn:aws:sns:eu-west-1:222222222222:ours', email: [a@b.example]}",
    ),
    "budget": ("{monthly: 10}",),
    "config_rules": ("create", "none"),
    "roles": ("create", "existing"),
    "buckets": ("create", "existing"),
    "artifacts": ("own-artifacts-bucket",),
    "boundary": ("teams/OurBoundary",),
    "keep_logs": ("1", "3653"),
    "maintain": ("{at: cron(0 3 * * ? *)}",),
}


def rows(options: dict[str, tuple[str, ...]], count: int) -> list[str]:
    """`count` settings, a key on each line, that have each value of each key and differ in which stand together."""
    return [
        "\n".join(
            f"{key}: {values[(at + place * (at // len(values))) % len(values)]}"
            for place, (key, values) in enumerate(options.items())
        )
        for at in range(count)
    ]


def test_every_option_is_clean(tmp_path: Path) -> None:
    deploys = rows(JOBS, 12)
    for at, domain in enumerate(rows(DOMAINS, 3)):
        products = {"crm.p": "", "sales.follower": "read: sales.p1\nstart: {type: after}"}
        products["sales.stream"] = "stream: {every: 5m}\nworker_type: G.025X"
        products |= {f"sales.p{one}": f"start: {start}\n{deploys[4 * at + one]}" for one, start in enumerate(STARTS)}
        stack = stack_of(mesh(tmp_path / str(at), products, domains={"sales": domain}), "sales")
        assert of_stack(stack) == []


def test_every_start_is_clean_in_every_orchestration(tmp_path: Path) -> None:
    for at, (orchestration, bus) in enumerate((("triggers", True), ("step_functions", False))):
        starts = STARTS if bus else STARTS[:-1]
        products = {f"sales.p{number}": f"start: {start}" for number, start in enumerate(starts)}
        products |= {
            f"sales.f{number}": f"read: sales.p{number}\nstart: {{type: after}}" for number in range(len(starts))
        }
        domains = {"sales": f"orchestration: {orchestration}"}
        root = mesh(tmp_path / str(at), {"crm.p": "", **products}, domains=domains, bus=bus)
        stack = stack_of(root, "sales")
        assert complaints(one for one in stack.nested if one.name.startswith("flow")) == []


def test_the_demo_is_clean() -> None:
    project = Project.open(Path(__file__).parents[4], "prod")
    found = estate(project, "sales")
    assert of_stack(synthesized(project, found, bundle_of(found))) == []
