"""`mesh-etl run`: make products, each after those that it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mesh_etl.cli.options import (
    HERE,
    Acknowledge,
    Date,
    EngineName,
    Env,
    Json,
    NoColor,
    Remote,
    Root,
    engine_options,
)

if TYPE_CHECKING:
    import datetime

    from mesh_etl.cli.progress import Display
    from mesh_etl.config import LoadedJob, Project
    from mesh_etl.errors import MeshError
    from mesh_etl.run.engines import Engine
    from mesh_etl.worlds import World

Products = Annotated[list[str] | None, typer.Argument(metavar="PRODUCT", help="As domain.name.")]
All = Annotated[bool, typer.Option("--all", help="All products, in the order of their dependencies.")]
Triggered = Annotated[
    bool, typer.Option("--triggered", help="Those alone that read products which have published since they ran last.")
]

Every = Annotated[
    str, typer.Option("--every", metavar="TIME", help="Look for new input again each 1m, 30s or 1h, until Ctrl-C.")
]
Rounds = Annotated[int, typer.Option("--rounds", min=0, help="With --every: how many times; 0 for no end.")]


def run(
    products: Products = None,
    all_: All = False,
    triggered: Triggered = False,
    engine: EngineName = "embedded",
    remote: Remote = "",
    acknowledge: Acknowledge = "",
    date: Date = "",
    every: Every = "",
    rounds: Rounds = 0,
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Make products and publish their tables.

    A run of finished work changes nothing."""
    from mesh_etl import worlds
    from mesh_etl.cli import onward, progress, screen
    from mesh_etl.cli.rounds import interval, run_rounds
    from mesh_etl.cli.wording import NO_PRODUCT
    from mesh_etl.config import Project
    from mesh_etl.config.moment import moment_of
    from mesh_etl.run import engines

    if bool(products) + all_ + triggered != 1:
        raise typer.BadParameter("name one or more products, or say --all or --triggered")
    if acknowledge and (all_ or len(products or ()) != 1):
        raise typer.BadParameter("--acknowledge is about the contract of one product: name that product alone")
    if every and (len(products or ()) != 1 or acknowledge or date):
        raise typer.BadParameter("--every is about one product that is named, and goes with no --acknowledge or --date")
    if rounds and not every:
        raise typer.BadParameter("--rounds says how many there are of --every: say both")
    at = moment_of(date)
    project = Project.open(root, env)
    if every and products:
        between = interval(every)
        with engines.open(engine, **engine_options(remote)) as opened, progress.display(as_json) as shown:
            world = worlds.open(project.env, project.root)
            run_rounds(project.job(products[0]), opened, world, between, rounds, shown, as_json)
        return
    with engines.open(engine, **engine_options(remote)) as opened, progress.display(as_json) as shown:
        session = Session(opened, worlds.open(project.env, project.root), shown, as_json, acknowledge, at, triggered)
        session.run(project, products or project.products())
    if as_json:
        screen.document(session.document())
    elif not (products or project.products()):
        screen.Page(env).line(NO_PRODUCT)
    elif triggered and not session.document()["products"]:
        screen.Page(env).line("nothing to run: no product that another one reads has published since")
    if session.error:
        raise typer.Exit(session.error.exit_code)
    if not as_json:
        made = session.document()["products"]
        refused = [one["product"] for one in made if one["outcome"] == "published" and one["counts"]["quarantined"]]
        onward.after_run(screen.Page(env), project, [one["product"] for one in made], refused)


class Session:
    """The runs of one call: products that depend on one that failed are skipped, the others go on."""

    def __init__(
        self,
        engine: Engine,
        world: World,
        shown: Display,
        quiet: bool,
        acknowledge: str,
        moment: datetime.datetime | None,
        triggered: bool = False,
    ) -> None:
        from mesh_etl.cli.screen import Page

        self._engine, self._world, self._shown = engine, world, shown
        self._acknowledge, self._moment, self._triggered = acknowledge, moment, triggered
        self._page = None if quiet else Page()
        self._unfinished: set[str] = set()
        self._results: list[dict[str, Any]] = []
        self.error: MeshError | None = None

    def run(self, project: Project, products: tuple[str, ...] | list[str]) -> None:
        """Every product is made, failed or skipped. Raises `ConfigError` for dependencies that are a cycle."""
        from mesh_etl.cli import jobs
        from mesh_etl.order import in_order
        from mesh_etl.plan.references import led_to

        found = jobs.read(project, products)
        refers = {name: led_to(job, found.contracts[name]) for name, job in found.valid.items()}
        ordered = in_order(found.valid.values(), refers)
        for product, error in found.broken.items():
            self._failed(product, error)
        for job in ordered:
            self._one(job)

    def _one(self, job: LoadedJob) -> None:
        from time import perf_counter

        from mesh_etl.cli import summary
        from mesh_etl.errors import MeshError
        from mesh_etl.order import needs
        from mesh_etl.pipeline import run_job
        from mesh_etl.plan.news import news_for

        waiting = [name for name in needs(job) if name in self._unfinished]
        if waiting:
            self._skipped(job.product, waiting)
            return
        self._shown.product(job.product)
        begin = perf_counter()
        try:
            if self._triggered and not news_for(job):
                self._shown.rest()
                return
            report = run_job(job, self._engine, self._world, self._shown, self._acknowledge, self._moment)
        except MeshError as error:
            self._shown.rest()
            self._failed(job.product, error)
            return
        duration = perf_counter() - begin
        self._shown.rest()
        self._results.append({**report.to_json(), "seconds": round(duration, 3)})
        if self._page:
            summary.show(self._page, report, duration)

    def _failed(self, product: str, error: MeshError) -> None:
        from mesh_etl.cli import failures, screen
        from mesh_etl.errors import PublishError

        self.error = self.error or error
        self._unfinished.add(product)
        self._results.append({"product": product, "outcome": "failed", "error": failures.as_json(error)})
        if self._page:
            hidden = not isinstance(error, PublishError)  # else the commit may hold, and the fault says so
            self._page.line(f"{product}  failed{': nothing of it is visible' if hidden else ''}", style="bold red")
            screen.errors(error.faults)

    def _skipped(self, product: str, waiting: list[str]) -> None:
        self._unfinished.add(product)
        reason = f"it reads {', '.join(waiting)}, which was not made"
        self._results.append({"product": product, "outcome": "skipped", "reason": reason})
        if self._page:
            self._page.line(f"{product}  skipped: {reason}", style="yellow")

    def document(self) -> dict[str, Any]:
        """All results for machines; `error` is there when a product failed, and is that of the first."""
        from mesh_etl.cli import failures

        told = {"error": failures.as_json(self.error)} if self.error else {}
        return {"products": self._results, **told}
